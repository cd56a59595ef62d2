import type { Records } from './model.ts';
import { look } from './records.ts';

/** What tells one of many apart: a stream, or a group on a stream. */
export interface Names {
	readonly stream: string;
	readonly consumerGroup?: string | undefined;
}

/** Names between two places where making an index may be interrupted. */
const stepNames = 500;

/** A map that grows is made anew at once, which with 100,000 names takes 20 ms: so there are several. */
const parts = 64;

/**
 * Finds what has a name among many. From poll to poll they come in the same order, so the next one is
 * looked at first; only when that is another one is an index needed. With 100,000 names a lookup by hash
 * costs more than all that is done with what it finds, and to make an index of them holds others up for
 * longer than they should wait:
 *
 *     if (!finder.isReadyFor(stream, group)) yield* finder.makeIndex();
 *     const at = finder.indexOf(stream, group);
 */
export class Finder<Item> {
	readonly #items: Records<Item>;
	readonly #namesOf: (item: Item) => Names;
	#next = 0;
	#index: readonly Map<string, number>[] | undefined;

	constructor(items: Records<Item>, namesOf: (item: Item) => Names) {
		this.#items = items;
		this.#namesOf = namesOf;
	}

	/** Whether these names can be looked for without an index that is still to be made. */
	isReadyFor(stream: string, consumerGroup?: string): boolean {
		return this.#index !== undefined || this.#isNext(stream, consumerGroup);
	}

	/** Makes the index, if there is none yet; yields wherever it may be interrupted. */
	*makeIndex(): Generator<void, void> {
		if (this.#index) return;
		const index = Array.from({ length: parts }, () => new Map<string, number>());
		for (let row = 0; row < this.#items.length; row++) {
			if (row % stepNames === 0) yield;
			const key = keyOf(this.#namesAt(row));
			partOf(index, key).set(key, row);
		}
		this.#index = index;
	}

	/**
	 * Where the one with these names stands; -1 when there is none.
	 *
	 * @throws Error when it is not ready for them
	 */
	indexOf(stream: string, consumerGroup?: string): number {
		if (this.#isNext(stream, consumerGroup)) return this.#next++;
		if (!this.#index) throw new Error('an index must be made first');
		const key = keyOf({ stream, consumerGroup });
		const found = partOf(this.#index, key).get(key) ?? -1;
		if (found !== -1) this.#next = found + 1;
		return found;
	}

	/** The same as {@link indexOf}, but the one itself. */
	find(stream: string, consumerGroup?: string): Item | undefined {
		const found = this.indexOf(stream, consumerGroup);
		return found === -1 ? undefined : this.#items.at(found);
	}

	#isNext(stream: string, consumerGroup: string | undefined): boolean {
		const next = this.#next;
		return next < this.#items.length && hasNames(this.#namesAt(next), stream, consumerGroup);
	}

	#namesAt(row: number): Names {
		return this.#namesOf(look(this.#items, row));
	}
}

function hasNames(names: Names, stream: string, consumerGroup: string | undefined): boolean {
	return names.consumerGroup === consumerGroup && names.stream === stream;
}

/** In which of an index's parts a key is: mostly it is the end in which names differ. */
function partOf<Part>(index: readonly Part[], key: string): Part {
	const { length } = key;
	if (length < 2) return index[length] as Part;
	const end = key.charCodeAt(length - 1) + 7 * key.charCodeAt(length - 2) + 31 * length;
	return index[end % parts] as Part;
}

/** Names may hold any character, so the stream's length is what keeps the two apart. */
export function keyOf({ stream, consumerGroup }: Names): string {
	return consumerGroup === undefined ? stream : `${stream.length}:${stream}${consumerGroup}`;
}
