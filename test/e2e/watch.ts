import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { ruleFiles } from '../../deploy/prometheus/source/files.ts';
import type { Time } from '../../deploy/prometheus/source/rule.ts';
import {
	type Alertmanager,
	type Prometheus,
	startAlertmanager,
	startPrometheus,
} from '../brokers/index.ts';
import { read } from '../deploy/read.ts';
import { type Receiver, startReceiver } from './receiver.ts';

/** Prometheus and Alertmanager with the shipped files, and who is notified. */
export interface Watch {
	readonly prometheus: Prometheus;
	readonly alertmanager: Alertmanager;
	readonly receiver: Receiver;
	stop(): Promise<void>;
}

/**
 * Starts them in front of an exporter. All times of the rules are divided, and Alertmanager waits a
 * second where it would wait half a minute; nothing else differs from what is shipped.
 *
 * @param target - the exporter as host and port
 * @param speed - ten minutes are 10 min / speed
 */
export async function startWatch(target: string, speed: number): Promise<Watch> {
	const folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-rules-'));
	const stops = [() => rm(folder, { recursive: true, force: true })];
	const stop = async () => {
		for (const one of stops.splice(0).reverse()) await one();
	};
	try {
		const files = ruleFiles(faster(speed));
		for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
		const receiver = await startReceiver();
		stops.push(() => receiver.stop());
		const alertmanager = await startAlertmanager({ configuration: impatient(receiver.url) });
		stops.push(() => alertmanager.stop());
		const prometheus = await startPrometheus({
			scrape: [target],
			ruleFiles: Object.keys(files).map((name) => join(folder, name)),
			alertmanager: alertmanager.address,
		});
		stops.push(() => prometheus.stop());
		return { prometheus, alertmanager, receiver, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

const unitMs = { m: 60_000, h: 3_600_000 } as const;

function faster(speed: number): Time {
	return (shipped) => {
		const [, count, unit] = /^(\d+)([mh])$/.exec(shipped) ?? [];
		if (count === undefined) throw new Error(`a time of another form: ${shipped}`);
		return `${Math.round((Number(count) * unitMs[unit as keyof typeof unitMs]) / speed)}ms`;
	};
}

/** The example of Alertmanager that tells this receiver, and soon. */
function impatient(url: string): string {
	const example = parse(read('deploy/alertmanager/example.yaml'));
	const waits = { group_wait: '1s', group_interval: '2s' };
	Object.assign(example.route, waits);
	for (const route of example.route.routes) Object.assign(route, waits);
	for (const { name, webhook_configs } of example.receivers)
		webhook_configs[0].url = `${url}/${name}`;
	return stringify(example);
}
