import { setTimeout as sleep } from 'node:timers/promises';
import type { Exporter } from '../test/e2e/exporter.ts';
import type { Lab } from '../test/faults/lab.ts';
import type { Chance } from '../test/random.ts';

/** Sections that come after the targets. */
const promises = [
	'',
	'objectives: [{ name: soak, match: { consumer_group: control }, lag: 1000, severity: critical }]',
	'limits: { max_series: 100000 }',
];

/**
 * Loads another configuration now and then, until the signal fires: other objectives, a target whose
 * settings change, one more target, and one that is wrong.
 *
 * @returns how many there were
 */
export async function reloadOn(
	{
		lab,
		exporter,
		chance,
	}: { readonly lab: Lab; readonly exporter: Exporter; readonly chance: Chance },
	everySeconds: number,
	signal: AbortSignal,
): Promise<number> {
	for (let count = 0; ; count++) {
		await sleep(everySeconds * 1000, undefined, { signal }).catch(() => {});
		if (signal.aborted) return count;
		if (chance.below(5) === 0) {
			await expectReload(exporter, 'targets: [{ name: redis, platform: red', 'not reloaded');
			continue;
		}
		const text = lab
			.configuration(chance.oneOf(promises))
			.replace('discovery_interval: 1s', `discovery_interval: ${chance.between(1, 2)}s`);
		const more = `  - { name: more, platform: nats, servers: ['nats://127.0.0.1:${lab.proxies.nats.port}'] }\n`;
		const isMore = chance.below(2) === 0;
		await expectReload(
			exporter,
			isMore ? text.replace('targets:\n', `targets:\n${more}`) : text,
			'reloaded',
		);
	}
}

async function expectReload(exporter: Exporter, text: string, expected: string): Promise<void> {
	const { msg } = await exporter.reload(text);
	if (!msg.startsWith(expected)) throw new Error(`a reload that should be "${expected}": ${msg}`);
}
