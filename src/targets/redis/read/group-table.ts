import type { Group, Line, Position, Readers, ToldLag, Unknown } from '../../../model.ts';
import { List } from '../../../records.ts';
import { NumberRows } from './number-rows.ts';

/** Where a number stands in its row. */
const field = {
	lag: 0,
	uncertainty: 1,
	positionMajor: 2,
	positionMinor: 3,
	pending: 4,
	pendingLostCount: 5,
	members: 6,
	linePosition: 7,
	lineStart: 8,
	lineEnd: 9,
	consumedCount: 10,
	lagSeconds: 11,
	idleSeconds: 12,
	pendingAgeSeconds: 13,
	pendingIdleSeconds: 14,
	oldestPendingDeliveries: 15,
	pendingAbandoned: 16,
} as const;
const fields = Object.keys(field).length;

/** All that a group of Redis can have. */
export interface ToldGroup {
	readonly stream: string;
	readonly consumerGroup: string;
	readonly lag: ToldLag | Unknown;
	readonly position: Position | undefined;
	readonly line: Line | undefined;
	readonly pending: number | undefined;
	readonly pendingLostCount: number | undefined;
	readonly members: number | undefined;
	readonly consumedCount: number | undefined;
	readonly lagSeconds: number | undefined;
	readonly idleSeconds: number | undefined;
	readonly pendingAgeSeconds: number | undefined;
	readonly pendingIdleSeconds: number | undefined;
	readonly oldestPendingDeliveries: number | undefined;
	readonly pendingAbandoned: number | undefined;
}

/** The groups that one server told of in one poll. A row never changes. */
export class GroupTable extends List<Group> {
	readonly #names: Names;
	readonly #numbers: NumberRows;
	readonly #looked: GroupRow;

	/** @param room - groups that are expected */
	constructor(room: number) {
		super();
		// An array that grows is copied again and again.
		this.#names = { streams: new Array(room), groups: new Array(room), unknown: new Map() };
		this.#numbers = new NumberRows(fields, room);
		this.#looked = new GroupRow(this.#names, this.#numbers);
	}

	get length(): number {
		return this.#numbers.length;
	}

	add(group: ToldGroup): void {
		const numbers = this.#numbers;
		const row = numbers.add();
		const { streams, groups, unknown } = this.#names;
		streams[row] = group.stream;
		groups[row] = group.consumerGroup;
		const { lag, position, line } = group;
		if ('unknown' in lag) unknown.set(row, lag.unknown);
		const told = 'messages' in lag ? lag : undefined;
		numbers.set(row, field.lag, told?.messages);
		numbers.set(row, field.uncertainty, told?.uncertainty);
		numbers.set(row, field.positionMajor, position?.major);
		numbers.set(row, field.positionMinor, position?.minor);
		numbers.set(row, field.linePosition, line?.position);
		numbers.set(row, field.lineStart, line?.start);
		numbers.set(row, field.lineEnd, line?.end);
		numbers.set(row, field.pending, group.pending);
		numbers.set(row, field.pendingLostCount, group.pendingLostCount);
		numbers.set(row, field.members, group.members);
		numbers.set(row, field.consumedCount, group.consumedCount);
		numbers.set(row, field.lagSeconds, group.lagSeconds);
		numbers.set(row, field.idleSeconds, group.idleSeconds);
		numbers.set(row, field.pendingAgeSeconds, group.pendingAgeSeconds);
		numbers.set(row, field.pendingIdleSeconds, group.pendingIdleSeconds);
		numbers.set(row, field.oldestPendingDeliveries, group.oldestPendingDeliveries);
		numbers.set(row, field.pendingAbandoned, group.pendingAbandoned);
	}

	look(row: number): Group {
		this.#looked.row = row;
		return this.#looked;
	}

	/** Needs the table no more. */
	protected make(row: number): Group {
		const group = this.look(row);
		const { stream, consumerGroup, kind, lag } = group;
		const made: Draft = { stream, consumerGroup, kind, lag };
		const { position, line, readers } = group;
		if (position) made.position = position;
		if (line) made.line = line;
		if (readers) made.readers = readers;
		for (const name of numbersOfGroups) {
			const value = group[name];
			if (value !== undefined) made[name] = value;
		}
		return made;
	}
}

type Draft = { -readonly [Name in keyof Group]: Group[Name] };

/** Those that stand for themselves. */
const numbersOfGroups = [
	'pending',
	'pendingLostCount',
	'members',
	'consumedCount',
	'lagSeconds',
	'idleSeconds',
	'pendingAgeSeconds',
	'pendingIdleSeconds',
	'oldestPendingDeliveries',
	'pendingAbandoned',
] as const;

interface Names {
	readonly streams: string[];
	readonly groups: string[];
	/** Why a lag is not known, by row. */
	readonly unknown: Map<number, string>;
}

class GroupRow implements Group {
	row = 0;
	readonly kind = 'group';
	readonly #names: Names;
	readonly #numbers: NumberRows;
	#lag: ToldLag | Unknown = { unknown: '' };
	#lagRow = -1;

	constructor(names: Names, numbers: NumberRows) {
		this.#names = names;
		this.#numbers = numbers;
	}

	get stream(): string {
		return this.#names.streams[this.row] as string;
	}
	get consumerGroup(): string {
		return this.#names.groups[this.row] as string;
	}
	/** Everybody asks for it, several times. */
	get lag(): ToldLag | Unknown {
		if (this.#lagRow !== this.row) {
			this.#lag = this.#makeLag();
			this.#lagRow = this.row;
		}
		return this.#lag;
	}
	get position(): Position | undefined {
		const major = this.#get(field.positionMajor);
		const minor = this.#get(field.positionMinor);
		return major === undefined || minor === undefined ? undefined : { major, minor };
	}
	get line(): Line | undefined {
		const position = this.#get(field.linePosition);
		const start = this.#get(field.lineStart);
		const end = this.#get(field.lineEnd);
		if (position === undefined || start === undefined || end === undefined) return undefined;
		return { position, start, end };
	}
	get readers(): Readers | undefined {
		const { members, idleSeconds } = this;
		if (members === undefined) return undefined;
		const present = members > 0;
		return idleSeconds === undefined ? { present } : { present, idleSeconds };
	}
	get pending(): number | undefined {
		return this.#get(field.pending);
	}
	get pendingLostCount(): number | undefined {
		return this.#get(field.pendingLostCount);
	}
	get members(): number | undefined {
		return this.#get(field.members);
	}
	get consumedCount(): number | undefined {
		return this.#get(field.consumedCount);
	}
	get lagSeconds(): number | undefined {
		return this.#get(field.lagSeconds);
	}
	get idleSeconds(): number | undefined {
		return this.#get(field.idleSeconds);
	}
	get pendingAgeSeconds(): number | undefined {
		return this.#get(field.pendingAgeSeconds);
	}
	get pendingIdleSeconds(): number | undefined {
		return this.#get(field.pendingIdleSeconds);
	}
	get oldestPendingDeliveries(): number | undefined {
		return this.#get(field.oldestPendingDeliveries);
	}
	get pendingAbandoned(): number | undefined {
		return this.#get(field.pendingAbandoned);
	}

	#makeLag(): ToldLag | Unknown {
		const messages = this.#get(field.lag);
		if (messages === undefined) return { unknown: this.#names.unknown.get(this.row) ?? '' };
		const uncertainty = this.#get(field.uncertainty);
		return uncertainty === undefined ? { messages } : { messages, uncertainty };
	}

	#get(of: number): number | undefined {
		return this.#numbers.get(this.row, of);
	}
}
