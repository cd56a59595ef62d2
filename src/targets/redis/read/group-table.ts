import type { Group, Line, Position, Readers, ToldLag, Unknown } from '../../../model.ts';
import { List } from '../../../records.ts';
import { NumberRows } from './number-rows.ts';

/** Where a number that stands for itself is in its row. */
export const groupField = {
	pending: 0,
	pendingLostCount: 1,
	members: 2,
	consumedCount: 3,
	lagSeconds: 4,
	idleSeconds: 5,
	pendingAgeSeconds: 6,
	pendingIdleSeconds: 7,
	oldestPendingDeliveries: 8,
	pendingAbandoned: 9,
} as const;

type GroupField = typeof groupField;

const field = {
	...groupField,
	lag: 10,
	uncertainty: 11,
	positionMajor: 12,
	positionMinor: 13,
	linePosition: 14,
	lineStart: 15,
	lineEnd: 16,
} as const;
const fields = Object.keys(field).length;

const namesOfFields = Object.keys(groupField) as (keyof GroupField)[];

/** The groups that one server told of in one poll. A row that was looked at does not change any more. */
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

	/**
	 * Adds a group of which nothing is known yet. What is known is set in its row, one by one: an object
	 * for all of it would be garbage at once.
	 *
	 * @returns its row
	 */
	add(stream: string, consumerGroup: string): number {
		const row = this.#numbers.add();
		this.#names.streams[row] = stream;
		this.#names.groups[row] = consumerGroup;
		return row;
	}

	setLag(row: number, lag: ToldLag | Unknown): void {
		if ('unknown' in lag) {
			this.#names.unknown.set(row, lag.unknown);
			return;
		}
		this.#numbers.set(row, field.lag, lag.messages);
		this.#numbers.set(row, field.uncertainty, lag.uncertainty);
	}

	setPosition(row: number, { major, minor }: Position): void {
		this.#numbers.set(row, field.positionMajor, major);
		this.#numbers.set(row, field.positionMinor, minor);
	}

	setLine(row: number, { position, start, end }: Line): void {
		this.#numbers.set(row, field.linePosition, position);
		this.#numbers.set(row, field.lineStart, start);
		this.#numbers.set(row, field.lineEnd, end);
	}

	/** @param value - absent: not known */
	set(row: number, at: GroupField[keyof GroupField], value: number | undefined): void {
		this.#numbers.set(row, at, value);
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
		for (const name of namesOfFields) {
			const value = group[name];
			if (value !== undefined) made[name] = value;
		}
		return made;
	}
}

type Draft = { -readonly [Name in keyof Group]: Group[Name] };

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
		const before = this.#lag;
		// Many groups have the same one, mostly 0.
		if (
			'messages' in before &&
			before.messages === messages &&
			before.uncertainty === uncertainty
		) {
			return before;
		}
		return uncertainty === undefined ? { messages } : { messages, uncertainty };
	}

	#get(of: number): number | undefined {
		return this.#numbers.get(this.row, of);
	}
}
