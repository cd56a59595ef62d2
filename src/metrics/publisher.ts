import { loopWatch } from '../loop-watch.ts';
import type { Derived, Exposition, Snapshot, TargetState } from '../model.ts';
import { Joined } from '../records.ts';
import { inTurns } from '../steps.ts';
import { BufferPool } from './buffer-pool.ts';
import { Compressor, join } from './exposition.ts';
import { LineWriter } from './line-writer.ts';
import type { TargetValues } from './series.ts';
import { type TargetLines, TargetRenderer } from './target-renderer.ts';

/** An exposition that somebody reads. */
export interface Lease {
	readonly exposition: Exposition;
	/** To be called once when its plain text was read, or will not be. */
	release(): void;
}

/** What a poll of a target led to. */
interface Polled {
	readonly state: TargetState;
	readonly derived: Derived;
}

interface Published {
	readonly renderer: TargetRenderer;
	latest: Polled;
	/** What the latest records say, where it was asked and is yet to be rendered. */
	values: TargetValues | undefined;
	/** What was rendered last; absent until then. */
	rendered: (Polled & { readonly lines: TargetLines }) | undefined;
}

const nothing: Exposition = { parts: [], crc32: 0 };

/**
 * Keeps the newest {@link Snapshot}. Only the lines of the target that was polled are rendered anew;
 * joining and compressing happens once for all that came in meanwhile, and whoever asks gets the
 * last finished snapshot at once.
 */
export class Publisher {
	#snapshot: Snapshot = { targets: [], consumers: [], streams: [], exposition: nothing };
	readonly #published = new Map<string, Published>();
	readonly #pool = new BufferPool();
	readonly #writer = new LineWriter(this.#pool);
	readonly #compressor = new Compressor();
	/** Texts are compressed while the next ones are written. */
	readonly #begin = (lines: Buffer) => this.#compressor.begin(lines);
	#building: Promise<void> | undefined;
	#stale = false;

	get snapshot(): Snapshot {
		return this.#snapshot;
	}

	/**
	 * The newest exposition, for as long as it takes to send it: its memory is used again for a later
	 * one when nobody has it any more.
	 */
	lease(): Lease {
		const { exposition } = this.#snapshot;
		const texts = exposition.parts.map(({ plain }) => plain);
		this.#pool.hold(texts);
		let isHeld = true;
		return {
			exposition,
			release: () => {
				if (isHeld) this.#pool.release(texts);
				isHeld = false;
			},
		};
	}

	/**
	 * Takes over what a poll of a target led to.
	 *
	 * @param values - what the derived records say, where it was asked
	 */
	publish(state: TargetState, derived: Derived, values?: TargetValues): void {
		const latest = { state, derived };
		const known = this.#published.get(state.target);
		if (known) {
			known.latest = latest;
			known.values = values;
		} else {
			const renderer = new TargetRenderer(this.#writer);
			this.#published.set(state.target, { renderer, latest, values, rendered: undefined });
		}
		this.#changed();
	}

	/** Forgets a target that is no longer polled. */
	remove(target: string): void {
		this.#published.delete(target);
		this.#changed();
	}

	/** Settles when all that was published is in the snapshot. */
	async settled(): Promise<void> {
		await this.#building;
	}

	#changed(): void {
		this.#stale = true;
		this.#building ??= loopWatch.during(() => this.#build());
	}

	async #build(): Promise<void> {
		// What is published in the same turn is rendered together.
		await undefined;
		while (this.#stale) {
			this.#stale = false;
			for (const one of [...this.#published.values()]) await this.#render(one);
			// What was published meanwhile comes next: lines and records are of the same poll.
			const published = [...this.#published.values()].flatMap(({ rendered }) => rendered ?? []);
			const exposition = await this.#compressor.compress(join(published.map(({ lines }) => lines)));
			const retired = this.#snapshot.exposition;
			this.#pool.hold(exposition.parts.map(({ plain }) => plain));
			this.#snapshot = {
				targets: published.map(({ state }) => state),
				consumers: new Joined(published.map(({ derived }) => derived.consumers)),
				streams: new Joined(published.map(({ derived }) => derived.streams)),
				exposition,
			};
			this.#pool.retire(retired.parts.map(({ plain }) => plain));
		}
		this.#building = undefined;
	}

	async #render(one: Published): Promise<void> {
		const { latest, renderer, rendered, values } = one;
		if (latest.state === rendered?.state && latest.derived === rendered.derived) return;
		one.values = undefined;
		const steps = renderer.inSteps(latest.state, latest.derived, values, this.#begin);
		one.rendered = { ...latest, lines: await inTurns(steps) };
	}
}
