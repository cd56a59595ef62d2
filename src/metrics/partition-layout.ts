/** Which partitions the lines of a family are of, record by record, and in which slots they stand. */
export class PartitionLayout {
	/** Behind the last slot of each record. */
	readonly #ends: Uint32Array;
	/** The partition of each slot. */
	#ids = new Int32Array(0);

	constructor(records: number) {
		this.#ends = new Uint32Array(records);
	}

	/**
	 * Takes a record's partitions, which stand from a slot on; records come in their order.
	 *
	 * @returns whether they are the same as in the last poll, where those of the record before are
	 */
	take(record: number, from: number, ids: Int32Array): boolean {
		const to = from + ids.length;
		if (this.#isSame(record, from, ids)) return true;
		this.#ends[record] = to;
		if (to > this.#ids.length) {
			const grown = new Int32Array(Math.ceil(to * 1.5));
			grown.set(this.#ids);
			this.#ids = grown;
		}
		this.#ids.set(ids, from);
		return false;
	}

	#isSame(record: number, from: number, ids: Int32Array): boolean {
		if (this.#ends[record] !== from + ids.length) return false;
		for (let row = 0; row < ids.length; row++) {
			if (this.#ids[from + row] !== ids[row]) return false;
		}
		return true;
	}
}
