import type { Records } from './model.ts';
import { look } from './records.ts';

/** What tells one of many apart: a stream, or a group on a stream. */
export interface Names {
	readonly stream: string;
	readonly consumerGroup?: string | undefined;
}

/**
 * Finds what has a name among many. From poll to poll they come in the same order, so the next one is
 * looked at first; only when that is another one is an index made. With 100,000 names a lookup by hash
 * costs more than all that is done with what it finds.
 */
export class Finder<Item> {
	readonly #items: Records<Item>;
	readonly #namesOf: (item: Item) => Names;
	#next = 0;
	#index: Map<string, number> | undefined;

	constructor(items: Records<Item>, namesOf: (item: Item) => Names) {
		this.#items = items;
		this.#namesOf = namesOf;
	}

	/** Where the one with these names stands; -1 when there is none. */
	indexOf(stream: string, consumerGroup?: string): number {
		const next = this.#next;
		if (next < this.#items.length && hasNames(this.#namesAt(next), stream, consumerGroup)) {
			return this.#next++;
		}
		this.#index ??= this.#indexed();
		const found = this.#index.get(keyOf({ stream, consumerGroup })) ?? -1;
		if (found !== -1) this.#next = found + 1;
		return found;
	}

	/** The one with these names. */
	find(stream: string, consumerGroup?: string): Item | undefined {
		const found = this.indexOf(stream, consumerGroup);
		return found === -1 ? undefined : this.#items.at(found);
	}

	#namesAt(row: number): Names {
		return this.#namesOf(look(this.#items, row));
	}

	#indexed(): Map<string, number> {
		const index = new Map<string, number>();
		for (let row = 0; row < this.#items.length; row++) index.set(keyOf(this.#namesAt(row)), row);
		return index;
	}
}

function hasNames(names: Names, stream: string, consumerGroup: string | undefined): boolean {
	return names.consumerGroup === consumerGroup && names.stream === stream;
}

/** Names may hold any character, so the stream's length is what keeps the two apart. */
export function keyOf({ stream, consumerGroup }: Names): string {
	return consumerGroup === undefined ? stream : `${stream.length}:${stream}${consumerGroup}`;
}
