import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Progress } from '../test/brokers/found.ts';
import {
	type Alert,
	type Alertmanager,
	isAlertmanagerAtHand,
	isPrometheusAtHand,
	type Prometheus,
	startAlertmanager,
	startPrometheus,
} from '../test/brokers/index.ts';
import type { RunningServer } from '../test/brokers/running.ts';
import { alignedLines } from './table.ts';

const deploy = new URL('../deploy/', import.meta.url);

/** What tells of alerts. */
export interface Alerting {
	readonly prometheus: Prometheus;
	readonly alertmanager?: Alertmanager;
}

/**
 * Starts Prometheus with the rules that are shipped, and Alertmanager with the example, each if it
 * needs no download. Nobody is notified: the receivers' addresses are replaced by a closed port.
 *
 * @param target - the exporter, as host and port
 * @param keep - is given every server, to be stopped in the end
 */
export async function startAlerting(
	target: string,
	progress: Progress,
	keep: <Server extends RunningServer>(server: Promise<Server>) => Promise<Server>,
): Promise<Alerting | undefined> {
	if (!isPrometheusAtHand()) return undefined;
	const example = await readFile(new URL('alertmanager/example.yaml', deploy), 'utf8');
	const configuration = example.replace(/url: \S+/g, 'url: http://127.0.0.1:9/');
	const alertmanager = isAlertmanagerAtHand()
		? await keep(startAlertmanager({ configuration, progress }))
		: undefined;
	const prometheus = await keep(
		startPrometheus({
			scrape: [target],
			scrapeIntervalSeconds: 2,
			ruleFiles: ['recording.yaml', 'alerts.yaml'].map((name) =>
				fileURLToPath(new URL(`prometheus/rules/${name}`, deploy)),
			),
			...(alertmanager && { alertmanager: alertmanager.address }),
			progress,
		}),
	);
	return { prometheus, ...(alertmanager && { alertmanager }) };
}

/** The alerts that are pending or firing: a line for each name and state, below an empty one. */
export async function alertLines({ prometheus, alertmanager }: Alerting): Promise<string[]> {
	const [alerts, held] = await Promise.all([prometheus.alerts(), alertmanager?.alerts()]);
	const silenced = new Set(
		held?.filter(({ status }) => status.state === 'suppressed').map(({ labels }) => key(labels)),
	);
	const subjects = new Map<string, string[]>();
	for (const alert of alerts) {
		const { alertname = '', severity = '' } = alert.labels;
		const state = silenced.has(key(alert.labels)) ? 'silenced by another' : alert.state;
		const row = JSON.stringify([alertname, state, severity]);
		subjects.set(row, [...(subjects.get(row) ?? []), subject(alert)].sort());
	}
	if (subjects.size === 0) return [];
	const rows = [...subjects].sort(([a], [b]) => (a < b ? -1 : 1));
	const cells = rows.map(([row, of]) => [...(JSON.parse(row) as string[]), of.join(', ')]);
	return ['', ...alignedLines([['ALERT', 'STATE', 'SEVERITY', 'OF'], ...cells])];
}

function subject({ labels }: Alert): string {
	return [labels.target, labels.stream, labels.consumer_group].filter(Boolean).join('/');
}

function key(labels: Readonly<Record<string, string>>): string {
	return JSON.stringify(Object.entries(labels).sort());
}
