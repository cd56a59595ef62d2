import type { Stream } from '../../../model.ts';
import { List } from '../../../records.ts';
import { NumberRows } from './number-rows.ts';

/** Where a number stands in its row. */
const field = { length: 0, producedCount: 1, oldestMessageAge: 2, newestMessageAge: 3 } as const;
const fields = Object.keys(field).length;

/** What can be known of a stream here. */
export type ToldStream = Pick<
	Stream,
	'name' | 'length' | 'producedCount' | 'oldestMessageAgeSeconds' | 'newestMessageAgeSeconds'
>;

/** The streams that one server told of in one poll. A row never changes. */
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

	/** @returns its row */
	add(stream: ToldStream): number {
		const numbers = this.#numbers;
		const row = numbers.add();
		this.#names[row] = stream.name;
		numbers.set(row, field.length, stream.length);
		numbers.set(row, field.producedCount, stream.producedCount);
		numbers.set(row, field.oldestMessageAge, stream.oldestMessageAgeSeconds);
		numbers.set(row, field.newestMessageAge, stream.newestMessageAgeSeconds);
		return row;
	}

	look(row: number): Stream {
		this.#looked.row = row;
		return this.#looked;
	}

	/** Needs the table no more. */
	protected make(row: number): Stream {
		const { name, length, producedCount, oldestMessageAgeSeconds, newestMessageAgeSeconds } =
			this.look(row);
		return {
			name,
			...(length !== undefined && { length }),
			...(producedCount !== undefined && { producedCount }),
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
	get oldestMessageAgeSeconds(): number | undefined {
		return this.#numbers.get(this.row, field.oldestMessageAge);
	}
	get newestMessageAgeSeconds(): number | undefined {
		return this.#numbers.get(this.row, field.newestMessageAge);
	}
}
