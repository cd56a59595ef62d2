/** Cells as an aligned table: the first column to the left, numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string {
	const widths = rows[0]?.map((_, column) =>
		Math.max(...rows.map((row) => row[column]?.length ?? 0)),
	);
	return rows
		.map((row) =>
			row
				.map((cell, column) => {
					const width = widths?.[column] ?? 0;
					return column === 0 ? cell.padEnd(width) : cell.padStart(width);
				})
				.join('  '),
		)
		.join('\n');
}
