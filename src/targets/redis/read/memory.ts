import type { Position } from '../../../model.ts';
import type { GroupFacts } from '../facts.ts';
import type { Anchor, SeenIn } from './anchor.ts';
import { NumberRows } from './number-rows.ts';

export interface GroupMemory {
	/** As shown. */
	readonly name: string;
	/** Absent: nothing could be remembered. */
	readonly anchor?: Anchor | undefined;
	/** Pending entries seen trimmed away since the target was made. */
	readonly pendingLostCount: number;
}

/** Of what the server says of a group: its name, and what may be the same as remembered. */
type Told = Pick<GroupFacts, 'name' | 'delivered' | 'firstUndelivered'>;

/**
 * Where a number of a stream stands in its row: the id from which on entries were kept, whether it was
 * seen to be trimmed, its groups.
 */
const ofStream = { keptMajor: 0, keptMinor: 1, isTrimmed: 2, firstGroup: 3, groups: 4 } as const;
const streamFields = Object.keys(ofStream).length;

const ofGroup = {
	pendingLostCount: 0,
	deliveredMajor: 1,
	deliveredMinor: 2,
	entriesRead: 3,
	entriesAdded: 4,
	length: 5,
	firstUndeliveredMajor: 6,
	firstUndeliveredMinor: 7,
	index: 8,
	toldIndex: 9,
} as const;
const groupFields = Object.keys(ofGroup).length;

/** What is remembered of streams and their groups. Once its groups are there, a row stays until all are cleared. */
export class MemoryTable {
	readonly #streams: NumberRows;
	readonly #groups: NumberRows;
	readonly #names: string[];
	/** The poll in which each group's anchor was seen. */
	readonly #seenIn: (SeenIn | undefined)[];

	constructor() {
		this.#streams = new NumberRows(streamFields, 1);
		this.#groups = new NumberRows(groupFields, 1);
		this.#names = [];
		this.#seenIn = [];
	}

	/** Forgets all; what it took is kept for what comes. */
	clear(): void {
		this.#names.length = this.#groups.length;
		this.#seenIn.length = this.#groups.length;
		this.#streams.clear();
		this.#groups.clear();
	}

	/**
	 * Adds a stream; its groups must be added before the next one.
	 *
	 * @param kept - the id from which on entries were kept
	 * @param isTrimmed - whether entries were trimmed when the beginning moved last. Absent: not known
	 * @returns its row
	 */
	addStream(kept: Position | undefined, isTrimmed?: boolean): number {
		const row = this.#streams.add();
		this.#streams.set(row, ofStream.keptMajor, kept?.major);
		this.#streams.set(row, ofStream.keptMinor, kept?.minor);
		this.#streams.set(row, ofStream.isTrimmed, isTrimmed === undefined ? undefined : +isTrimmed);
		this.#streams.set(row, ofStream.firstGroup, this.#groups.length);
		this.#streams.set(row, ofStream.groups, 0);
		return row;
	}

	/** Adds a group to the last stream. */
	addGroup({ name, anchor, pendingLostCount }: GroupMemory): void {
		const groups = this.#groups;
		const row = groups.add();
		this.#names[row] = name;
		this.#seenIn[row] = anchor?.seenIn;
		groups.set(row, ofGroup.pendingLostCount, pendingLostCount);
		groups.set(row, ofGroup.deliveredMajor, anchor?.delivered.major);
		groups.set(row, ofGroup.deliveredMinor, anchor?.delivered.minor);
		groups.set(row, ofGroup.entriesRead, anchor?.entriesRead);
		groups.set(row, ofGroup.entriesAdded, anchor?.entriesAdded);
		groups.set(row, ofGroup.length, anchor?.length);
		groups.set(row, ofGroup.firstUndeliveredMajor, anchor?.firstUndelivered?.major);
		groups.set(row, ofGroup.firstUndeliveredMinor, anchor?.firstUndelivered?.minor);
		groups.set(row, ofGroup.index, anchor?.index);
		groups.set(row, ofGroup.toldIndex, anchor?.toldIndex);
		const stream = this.#streams.length - 1;
		this.#streams.set(stream, ofStream.groups, this.groupCount(stream) + 1);
	}

	/**
	 * The id from which on a stream's entries were kept. Absent: it is not known.
	 *
	 * @param like - what it may be the same as; then that is given, and nothing made
	 */
	kept(stream: number, like?: Position): Position | undefined {
		return position(this.#streams, stream, ofStream.keptMajor, like);
	}

	/** Whether a stream was trimmed when its beginning moved last. Absent: not known. */
	isTrimmed(stream: number): boolean | undefined {
		const told = this.#streams.get(stream, ofStream.isTrimmed);
		return told === undefined ? undefined : told === 1;
	}

	/** How many groups a stream had. */
	groupCount(stream: number): number {
		return this.#streams.get(stream, ofStream.groups) ?? 0;
	}

	/** The name of one of them, in the order in which the server told of them. */
	nameOf(stream: number, group: number): string {
		return this.#names[this.#rowOf(stream, group)] as string;
	}

	/** @param now - what the server says of it now, which may be the same */
	group(stream: number, group: number, now?: Told): GroupMemory {
		const row = this.#rowOf(stream, group);
		const pendingLostCount = this.#groups.get(row, ofGroup.pendingLostCount) ?? 0;
		return { name: this.#names[row] as string, anchor: this.#anchor(row, now), pendingLostCount };
	}

	#anchor(row: number, now: Told | undefined): Anchor | undefined {
		const groups = this.#groups;
		const seenIn = this.#seenIn[row];
		const delivered = position(groups, row, ofGroup.deliveredMajor, now?.delivered);
		const entriesAdded = groups.get(row, ofGroup.entriesAdded);
		const length = groups.get(row, ofGroup.length);
		if (!seenIn || !delivered || entriesAdded === undefined || length === undefined)
			return undefined;
		return {
			delivered,
			entriesAdded,
			length,
			seenIn,
			entriesRead: groups.get(row, ofGroup.entriesRead),
			firstUndelivered: position(groups, row, ofGroup.firstUndeliveredMajor, now?.firstUndelivered),
			index: groups.get(row, ofGroup.index),
			toldIndex: groups.get(row, ofGroup.toldIndex),
		};
	}

	#rowOf(stream: number, group: number): number {
		return (this.#streams.get(stream, ofStream.firstGroup) ?? 0) + group;
	}
}

/** The minor part of an id stands behind its major one. */
function position(
	rows: NumberRows,
	row: number,
	field: number,
	like?: Position,
): Position | undefined {
	const major = rows.get(row, field);
	const minor = rows.get(row, field + 1);
	if (major === undefined || minor === undefined) return undefined;
	return like?.major === major && like.minor === minor ? like : { major, minor };
}

/** Adds what was remembered of a stream to another table; gives its row there. */
export function copyStream(from: MemoryTable, row: number, to: MemoryTable): number {
	const copy = to.addStream(from.kept(row), from.isTrimmed(row));
	copyGroups(from, row, to);
	return copy;
}

/** Adds what was remembered of a stream's groups to the last stream of another table. */
export function copyGroups(from: MemoryTable, row: number, to: MemoryTable): void {
	for (let group = 0; group < from.groupCount(row); group++) to.addGroup(from.group(row, group));
}

/**
 * What is remembered of groups, in their order. Mostly it is the order in which they came before, so that
 * each is looked for behind the one before.
 *
 * @param row - of their stream. Absent: nothing is
 */
export function recall(
	table: MemoryTable,
	row: number | undefined,
	groups: readonly Told[],
): readonly (GroupMemory | undefined)[] {
	if (row === undefined) return [];
	const count = table.groupCount(row);
	const recalled = new Array<GroupMemory | undefined>(groups.length);
	let next = 0;
	for (let at = 0; at < groups.length; at++) {
		const now = groups[at] as Told;
		for (let tried = 0; tried < count; tried++) {
			const group = (next + tried) % count;
			if (table.nameOf(row, group) !== now.name) continue;
			recalled[at] = table.group(row, group, now);
			next = group + 1;
			break;
		}
	}
	return recalled;
}

/** A stream that is remembered. */
export interface Remembered {
	readonly key: { readonly name: string };
	/** Its row of the table; -1: it has none. */
	readonly memoryRow: number;
}

/** Streams between two places where taking over may be interrupted. */
const stepStreams = 2000;

/**
 * What is remembered of a target's streams from one poll to the next, by a key's name as shown. It is
 * changed rather than made anew, for of ten thousand streams nearly all are there in the next poll too.
 */
export class Memory {
	#rows = new Map<string, number>();
	#table = new MemoryTable();
	/** The table before. Absent: a poll has it. */
	#spare: MemoryTable | undefined;

	/** Where the rows are. */
	get table(): MemoryTable {
		return this.#table;
	}

	/** The row of a stream. Absent: nothing is remembered of it. */
	rowOf(name: string): number | undefined {
		return this.#rows.get(name);
	}

	/** An empty table for what a poll tells. Of a poll that is given up nobody gets it again. */
	nextTable(): MemoryTable {
		const table = this.#spare ?? new MemoryTable();
		this.#spare = undefined;
		table.clear();
		return table;
	}

	/**
	 * Remembers what a poll told instead of all before. It yields wherever it may be interrupted, but must
	 * come to its end, and nobody may ask for a row meanwhile.
	 *
	 * @param table - with the rows of all lists; the one before is used again for the next poll
	 * @param lists - which have each name once
	 */
	*replace(
		table: MemoryTable,
		lists: readonly (readonly Remembered[])[],
	): Generator<void, undefined> {
		const count = yield* setRows(this.#rows, lists);
		// Some of those before are gone.
		if (this.#rows.size > count) {
			this.#rows = new Map();
			yield* setRows(this.#rows, lists);
		}
		this.#spare = this.#table;
		this.#table = table;
	}
}

/** @returns how many */
function* setRows(
	rows: Map<string, number>,
	lists: readonly (readonly Remembered[])[],
): Generator<void, number> {
	let count = 0;
	for (const list of lists) {
		for (const { key, memoryRow } of list) {
			if (memoryRow === -1) continue;
			if (count % stepStreams === 0) yield;
			rows.set(key.name, memoryRow);
			count += 1;
		}
	}
	return count;
}
