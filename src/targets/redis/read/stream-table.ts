import type { Stream } from '../../../model.ts';
import { List } from '../../../records.ts';
import { NumberRows } from './number-rows.ts';

/** Where a number stands in its row. */
const field = {
	length: 0,
	producedCount: 1,
	oldestMessageAge: 2,
	newestMessageAge: 3,
	trimsBySize: 4,
} as const;
const fields = Object.keys(field).length;

/** The streams that one server told of in one poll. A row that was looked at does not change any more. */
export class StreamTable extends List<Stream> {
	readonly #names: string[];
	readonly #numbers: NumberRows;
	readonly #looked: StreamRow;

	/** @param room - streams that are expected */
	constructor(room: number) {
		super();
		// An array that grows is copied again and again.
		this.#names = new Array(room);
		this.#numbers = new NumberRows(fields, room);
		this.#looked = new StreamRow(this.#names, this.#numbers);
	}

	get length(): number {
		return this.#numbers.length;
	}

	/**
	 * Adds a stream whose ages are not known yet.
	 *
	 * @returns its row
	 */
	add(
		name: string,
		length: number,
		producedCount: number | undefined,
		trimsBySize?: boolean,
	): number {
		const numbers = this.#numbers;
		const row = numbers.add();
		this.#names[row] = name;
		numbers.set(row, field.length, length);
		numbers.set(row, field.producedCount, producedCount);
		numbers.set(row, field.trimsBySize, trimsBySize === undefined ? undefined : +trimsBySize);
		return row;
	}

	/** Of the oldest and the newest message, in seconds. */
	setAges(row: number, oldest: number, newest: number): void {
		this.#numbers.set(row, field.oldestMessageAge, oldest);
		this.#numbers.set(row, field.newestMessageAge, newest);
	}

	look(row: number): Stream {
		this.#looked.row = row;
		return this.#looked;
	}

	/** Needs the table no more. */
	protected make(row: number): Stream {
		const stream = this.look(row);
		const { name, length, producedCount, trimsBySize } = stream;
		const { oldestMessageAgeSeconds, newestMessageAgeSeconds } = stream;
		return {
			name,
			...(length !== undefined && { length }),
			...(producedCount !== undefined && { producedCount }),
			...(trimsBySize !== undefined && { trimsBySize }),
			...(oldestMessageAgeSeconds !== undefined && { oldestMessageAgeSeconds }),
			...(newestMessageAgeSeconds !== undefined && { newestMessageAgeSeconds }),
		};
	}
}

class StreamRow implements Stream {
	row = 0;
	readonly #names: readonly string[];
	readonly #numbers: NumberRows;

	constructor(names: readonly string[], numbers: NumberRows) {
		this.#names = names;
		this.#numbers = numbers;
	}

	get name(): string {
		return this.#names[this.row] as string;
	}
	get length(): number | undefined {
		return this.#numbers.get(this.row, field.length);
	}
	get producedCount(): number | undefined {
		return this.#numbers.get(this.row, field.producedCount);
	}
	get trimsBySize(): boolean | undefined {
		const told = this.#numbers.get(this.row, field.trimsBySize);
		return told === undefined ? undefined : told === 1;
	}
	get oldestMessageAgeSeconds(): number | undefined {
		return this.#numbers.get(this.row, field.oldestMessageAge);
	}
	get newestMessageAgeSeconds(): number | undefined {
		return this.#numbers.get(this.row, field.newestMessageAge);
	}
}
