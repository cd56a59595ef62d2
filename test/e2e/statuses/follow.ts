import { until as untilAtLast } from '../../brokers/index.ts';
import { type Exporter, startExporter, valuesOf } from '../exporter.ts';

/** An exporter, and what it tells of single groups. */
export interface Follow {
	readonly exporter: Exporter;
	/** A metric of one group, by what of its labels comes after `consumer_group`. */
	of(group: string, metric: string): Promise<Record<string, number>>;
	/** A metric of one group that has no more labels. */
	number(group: string, metric: string): Promise<number | undefined>;
	/** Waits until a group has a status. */
	becomes(group: string, status: string, meanwhile?: () => Promise<void>): Promise<void>;
	/**
	 * Lets a group read step by step until it is told to catch up and how long that takes, and until
	 * all that it read was counted.
	 *
	 * @param step - reads some, and says how many
	 */
	catchesUp(group: string, step: () => Promise<number>): Promise<void>;
	stop(): Promise<void>;
}

/**
 * Starts an exporter that polls one target every second, with three seconds until something stands
 * still.
 *
 * @param target - the target in YAML, on one line
 * @param more - more of the configuration
 */
export async function follow(target: string, more = ''): Promise<Follow> {
	const exporter = await startExporter(`
poll: { interval: 1s, timeout: 1s }
targets:
  - ${target}
objectives:
  - { name: soon, lag: 500, lag_seconds: 20s, stalled_after: 3s, severity: critical }
${more}`);
	const of: Follow['of'] = async (group, metric) => {
		const values = valuesOf(await exporter.scrape(), metric);
		const own = Object.entries(values).filter(([labels]) =>
			labels.includes(`consumer_group="${group}"`),
		);
		return Object.fromEntries(
			own.map(([labels, value]) => [labels.replace(/^.*consumer_group="[^"]*",?/, ''), value]),
		);
	};
	const number: Follow['number'] = async (group, metric) => (await of(group, metric))[''];
	const becomes: Follow['becomes'] = async (group, status, meanwhile = async () => {}) => {
		await until(`${group} is ${status}`, async () => {
			await meanwhile();
			return `status="${status}"` in (await of(group, 'stream_consumer_status'));
		});
	};
	return {
		exporter,
		of,
		number,
		becomes,
		async catchesUp(group, step) {
			let consumed = (await number(group, 'stream_consumer_consumed_total')) ?? 0;
			await becomes(group, 'catching_up', async () => {
				consumed += await step();
			});
			await until('it is told when all is read', async () => {
				return ((await number(group, 'stream_consumer_drain_seconds')) ?? 0) > 0;
			});
			await until('all of it was counted', async () => {
				return (await number(group, 'stream_consumer_consumed_total')) === consumed;
			});
		},
		stop: async () => {
			await exporter.stop();
		},
	};
}

/** What is told for ten polls takes ten polls to go, and more where the machine is slow. */
export function until<Answer>(what: string, look: () => Answer | Promise<Answer>) {
	return untilAtLast(what, look, { timeoutMs: 60_000, everyMs: 100 });
}
