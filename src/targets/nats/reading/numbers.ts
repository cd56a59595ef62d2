/** Notes that a value of an answer cannot be told. */
export type Refuse = (field: string) => void;

/**
 * A count or a sequence: a whole number below 2^53. Beyond that JSON numbers are rounded, and what
 * a server means to be negative it writes as nearly 2^64. Such a value is refused and unknown.
 */
export function count(value: number, field: string, refuse: Refuse): number | undefined {
	if (Number.isSafeInteger(value) && value >= 0) return value;
	refuse(field);
	return undefined;
}

/** A limit: absent where there is none (0 or -1), or where none could ever be reached. */
export function limit(value: number | undefined): number | undefined {
	return value !== undefined && value > 0 && Number.isSafeInteger(value) ? value : undefined;
}
