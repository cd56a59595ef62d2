import type { Records } from './model.ts';
import { look } from './records.ts';

/** What tells one of many apart: a stream, or a group on a stream. */
export interface Names {
	readonly stream: string;
	readonly consumerGroup?: string | undefined;
}

/** Names between two places where making an index may be interrupted. */
const stepNames = 500;

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
	/**
	 * The index: rows, counted from 1, each at its names' hash or at the next free place (0). Strings and
	 * a map for all of them would be ten times as much to collect, and the map is made anew whenever it
	 * is full.
	 */
	#places: Int32Array | undefined;

	constructor(items: Records<Item>, namesOf: (item: Item) => Names) {
		this.#items = items;
		this.#namesOf = namesOf;
	}

	/** Whether these names can be looked for without an index that is still to be made. */
	isReadyFor(stream: string, consumerGroup?: string): boolean {
		return this.#places !== undefined || this.#isNext(stream, consumerGroup);
	}

	/** Makes the index, if there is none yet; yields wherever it may be interrupted. */
	*makeIndex(): Generator<void, void> {
		if (this.#places) return;
		const { length } = this.#items;
		// A power of two, of which less than half is taken.
		const places = new Int32Array(2 << (32 - Math.clz32(length)));
		for (let row = 0; row < length; row++) {
			if (row % stepNames === 0) yield;
			const { stream, consumerGroup } = this.#namesAt(row);
			places[this.#placeOf(places, stream, consumerGroup)] = row + 1;
		}
		this.#places = places;
	}

	/**
	 * Where the one with these names stands; -1 when there is none.
	 *
	 * @throws Error when it is not ready for them
	 */
	indexOf(stream: string, consumerGroup?: string): number {
		if (this.#isNext(stream, consumerGroup)) return this.#next++;
		if (!this.#places) throw new Error('an index must be made first');
		const found = (this.#places[this.#placeOf(this.#places, stream, consumerGroup)] as number) - 1;
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

	/** Where names are in an index, or would be. */
	#placeOf(places: Int32Array, stream: string, consumerGroup: string | undefined): number {
		const last = places.length - 1;
		let place = hashOf(stream, consumerGroup) & last;
		for (;;) {
			const row = (places[place] as number) - 1;
			if (row === -1 || hasNames(this.#namesAt(row), stream, consumerGroup)) return place;
			place = (place + 1) & last;
		}
	}

	#namesAt(row: number): Names {
		return this.#namesOf(look(this.#items, row));
	}
}

function hasNames(names: Names, stream: string, consumerGroup: string | undefined): boolean {
	return names.consumerGroup === consumerGroup && names.stream === stream;
}

/** Names are given by others, who cannot know which of them would share a hash. */
const seed = Math.trunc(Math.random() * 2 ** 32);

function hashOf(stream: string, consumerGroup: string | undefined): number {
	let hash = hashOn(seed, stream);
	if (consumerGroup !== undefined) hash = hashOn(~hash, consumerGroup);
	return hash ^ (hash >>> 15);
}

/** FNV-1a, of UTF-16's units. */
function hashOn(start: number, text: string): number {
	let hash = start;
	for (let at = 0; at < text.length; at++) {
		hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
	}
	return hash;
}

/** Names may hold any character, so the stream's length is what keeps the two apart. */
export function keyOf({ stream, consumerGroup }: Names): string {
	return consumerGroup === undefined ? stream : `${stream.length}:${stream}${consumerGroup}`;
}
