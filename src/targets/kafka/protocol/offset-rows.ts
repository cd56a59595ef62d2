/** Partitions of a topic with an offset each, a stretch of rows in columns that many topics share. */
export interface TopicOffsets {
	readonly topic: string;
	readonly rows: OffsetRows;
	/** The first of its rows. */
	readonly from: number;
	/** The row after its last. */
	readonly to: number;
}

/** Columns of one length: one allocation each for a whole answer, and not for every topic in it. */
export interface OffsetRows {
	readonly partitions: Int32Array;
	/** NaN: not read. Below 0: there is none. */
	readonly offsets: Float64Array;
	readonly errorCodes: Int16Array;
}

/** Collects rows while an answer is read. */
export class RowsBuilder implements OffsetRows {
	partitions: Int32Array = new Int32Array(256);
	offsets: Float64Array = new Float64Array(256);
	errorCodes: Int16Array = new Int16Array(256);
	length = 0;

	/** Makes room for more rows. */
	reserve(count: number): void {
		const needed = this.length + count;
		if (needed <= this.partitions.length) return;
		const capacity = Math.max(needed, this.partitions.length * 2);
		this.partitions = copyOf(this.partitions, new Int32Array(capacity));
		this.offsets = copyOf(this.offsets, new Float64Array(capacity));
		this.errorCodes = copyOf(this.errorCodes, new Int16Array(capacity));
	}

	/** Adds a row for which there is room. */
	add(partition: number, offset: number, errorCode: number): void {
		const row = this.length++;
		this.partitions[row] = partition;
		this.offsets[row] = offset;
		this.errorCodes[row] = errorCode;
	}
}

function copyOf<Column extends { set(from: Column): void }>(from: Column, to: Column): Column {
	to.set(from);
	return to;
}
