import { valuesOf } from '../test/e2e/exporter.ts';
import { intervalSeconds, type PlatformName, platforms, truth } from '../test/faults/lab.ts';
import type { Control } from './control.ts';
import { flawsOf } from './exposition.ts';

/** What of the exporter itself a text tells. */
export interface Vitals {
	readonly rssMiB: number;
	readonly heapMiB: number;
	readonly fds: number;
	readonly resources: number;
	readonly loopP99Ms: number;
	readonly loopMaxMs: number;
	readonly series: number;
	/** Met by all targets since the start, or since their settings changed. */
	readonly problems: number;
}

/** Compares every text with what is true. */
export class Judge {
	readonly #controls: ReadonlyMap<string, Control>;
	/** When a poll in full of each target was seen last, and how many there were. */
	readonly #whole = new Map<string, { readonly polls: number; readonly seenAtMs: number }>();
	/** Of values that were wrong, each once. */
	readonly wrong = new Set<string>();
	/** Lags that were compared. */
	compared = 0;
	#text = '';

	constructor(controls: readonly Control[]) {
		this.#controls = new Map(controls.map((control) => [control.name, control]));
	}

	look(text: string): void {
		const nowMs = Date.now();
		for (const flaw of flawsOf(text)) this.wrong.add(flaw);
		for (const [labels, polls] of Object.entries(valuesOf(text, 'stream_target_polls_total'))) {
			const [target = '', result] = named(labels);
			if (result !== 'ok' || polls === 0 || this.#whole.get(target)?.polls === polls) continue;
			this.#whole.set(target, { polls, seenAtMs: nowMs });
		}
		for (const [labels, lag] of Object.entries(valuesOf(text, 'stream_consumer_lag'))) {
			this.#compare(named(labels).join(' '), lag);
		}
		for (const [labels, count] of Object.entries(valuesOf(text, 'stream_consumer_lost_total'))) {
			const name = named(labels).join(' ');
			if ((name in truth || this.#controls.has(name)) && count !== 0) {
				this.wrong.add(`${name}: ${count} are told to be lost`);
			}
		}
		this.#text = text;
	}

	/** Whether a poll in full that began after a time was seen. */
	isReadSince(platform: PlatformName, atMs: number): boolean {
		const at = valuesOf(this.#text, 'stream_target_last_success_timestamp_seconds');
		const readAtMs = (at[`target="${platform}"`] ?? 0) * 1000;
		const isUp = valuesOf(this.#text, 'stream_target_up')[`target="${platform}"`] === 1;
		return isUp && readAtMs > atMs && (this.#whole.get(platform)?.seenAtMs ?? 0) > atMs;
	}

	/** Whether what is told now is what is true now, of every control group and all that stands still. */
	isRight(): boolean {
		const told = new Map(
			Object.entries(valuesOf(this.#text, 'stream_consumer_lag')).map(([labels, lag]) => [
				named(labels).join(' '),
				lag,
			]),
		);
		return (
			[...this.#controls.values()].every(({ name, lag }) => told.get(name) === lag) &&
			Object.entries(truth).every(([name, lag]) => told.get(name) === lag)
		);
	}

	vitals(): Vitals {
		const value = (name: string) =>
			Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(this.#text)?.[1]);
		const sum = (name: string) =>
			Object.values(valuesOf(this.#text, name)).reduce((total, one) => total + one, 0);
		return {
			rssMiB: value('process_resident_memory_bytes') / 2 ** 20,
			heapMiB: value('nodejs_heap_size_used_bytes') / 2 ** 20,
			fds: value('process_open_fds'),
			resources: sum('nodejs_active_resources'),
			loopP99Ms: value('nodejs_eventloop_lag_p99_seconds') * 1000,
			loopMaxMs: value('nodejs_eventloop_lag_max_seconds') * 1000,
			series: sum('stream_target_series'),
			problems: sum('stream_target_problems_total'),
		};
	}

	/** A value may be as old as the last poll in full, which took a moment; none that never was true may be told. */
	#compare(name: string, lag: number): void {
		const still = (truth as Readonly<Record<string, number>>)[name];
		const control = this.#controls.get(name);
		if (still === undefined && control === undefined) return;
		this.compared += 1;
		const target = platforms.find((platform) => name.startsWith(platform)) ?? '';
		const seenAtMs = this.#whole.get(target)?.seenAtMs ?? 0;
		const sinceMs = seenAtMs - 2 * intervalSeconds * 1000;
		if (still !== undefined && still !== lag)
			this.wrong.add(`${name} is ${still}, and told as ${lag}`);
		if (control !== undefined && !control.wasTrue(lag, sinceMs)) {
			this.wrong.add(`${name} is ${control.lag}, and told as ${lag}`);
		}
	}
}

function named(labels: string): readonly string[] {
	return [...labels.matchAll(/"([^"]*)"/g)].map(([, value = '']) => value);
}
