/** What the keys of one logical stream have told. */
interface Counted {
	/** Seen to be added since the stream was first seen. */
	total: number;
	/** Entries ever added to each key, as it told last. */
	readonly byKey: Map<string, number>;
}

/**
 * Counts what is added to the keys of logical streams, each key by itself: one that comes, goes or
 * cannot be read adds nothing, though it changes the sum of what the keys tell.
 */
export class ProducedCounts {
	readonly #streams = new Map<string, Counted>();

	/**
	 * Takes what the keys of a stream tell now.
	 *
	 * @param told - entries ever added by the names of the keys that were read; undefined: not told
	 * @returns entries added since the first call; undefined where a key does not tell
	 */
	add(
		stream: string,
		told: readonly (readonly [key: string, count: number | undefined])[],
	): number | undefined {
		const counted = this.#streams.get(stream) ?? { total: 0, byKey: new Map<string, number>() };
		this.#streams.set(stream, counted);
		let isTold = true;
		for (const [key, count] of told) {
			if (count === undefined) {
				isTold = false;
				continue;
			}
			counted.total += Math.max(0, count - (counted.byKey.get(key) ?? count));
			counted.byKey.set(key, count);
		}
		return isTold ? counted.total : undefined;
	}

	/** Forgets what is not there any more: streams, and keys, by stream. */
	keep(there: ReadonlyMap<string, ReadonlySet<string>>): void {
		for (const [stream, { byKey }] of this.#streams) {
			const keys = there.get(stream);
			if (keys === undefined) this.#streams.delete(stream);
			else for (const key of byKey.keys()) if (!keys.has(key)) byKey.delete(key);
		}
	}
}
