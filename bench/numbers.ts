/** The value below which a share of the values lies: 0.5 is the median. NaN where there are none. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
	return quantile(values, 0.5);
}

/** `12.3`, `123`, `1,234`: three digits that mean something. */
export function short(value: number): string {
	if (Number.isNaN(value)) return '–';
	const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
	return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** A row of a table in Markdown. */
export function row(cells: readonly string[]): string {
	return `| ${cells.join(' | ')} |`;
}
