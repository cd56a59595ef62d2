import assert from 'node:assert/strict';
import { flawsOf } from '../soak/exposition.ts';
import { TargetHistory } from '../src/app.ts';
import { loadConfig } from '../src/config/load.ts';
import type { Config, TargetPlan } from '../src/config/plan.ts';
import { SeriesLimiter } from '../src/derive/series-limits.ts';
import { Publisher } from '../src/metrics/publisher.ts';
import type { Problem, Reading } from '../src/model.ts';

/** What is served after readings of one target, one after the other: it must keep the laws whatever was read. */
export class Chain {
	readonly #config: Config;
	readonly #plan: TargetPlan;

	/** @param target - its options, in one line of YAML */
	constructor(target: string) {
		const env = { STREAM_LAG_CONFIG: `targets: [{ name: fuzz, ${target} }]` };
		const loaded = loadConfig({ file: undefined, defaultFile: '/nowhere', cwd: '/', env });
		assert.ok(loaded.ok, 'the configuration is valid');
		this.#config = loaded.config;
		this.#plan = loaded.config.targets[0] as TargetPlan;
	}

	/** @throws when what is served breaks a law */
	async check(readings: readonly Reading[]): Promise<void> {
		const publisher = new Publisher();
		const history = new TargetHistory(this.#plan, this.#config, new SeriesLimiter(), undefined);
		for (const [at, reading] of readings.entries()) {
			checkProblems(reading.problems, this.#plan.platform.problems);
			await history.poll(
				{
					result: reading.problems.length === 0 ? 'ok' : 'partial',
					startedAtMs: 1_790_000_000_000 + at * 15_000,
					durationSeconds: 0.1,
					reading,
					problems: reading.problems,
				},
				new Map(),
			);
			publisher.publish(history.state, history.derived);
		}
		await publisher.settled();
		const { parts } = publisher.snapshot.exposition;
		const text = Buffer.concat(parts.map(({ plain }) => plain)).toString();
		assert.deepEqual(flawsOf(text), []);
	}
}

/** Codes are labels: none may be made up. */
export function checkProblems(problems: readonly Problem[], codes: readonly string[]): void {
	for (const { code, message } of problems) assert.ok(codes.includes(code), `${code}: ${message}`);
}
