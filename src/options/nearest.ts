/**
 * The known word that was probably meant: the one with the fewest letters added, left out, changed
 * or swapped with their neighbour. Absent when even that one differs in more than a third.
 */
export function nearest(written: string, known: readonly string[]): string | undefined {
	let best: string | undefined;
	let bestDistance = Number.POSITIVE_INFINITY;
	for (const word of known) {
		const distance = editDistance(written.toLowerCase(), word.toLowerCase());
		const allowed = Math.max(1, Math.floor(Math.max(written.length, word.length) / 3));
		if (distance <= allowed && distance < bestDistance) {
			best = word;
			bestDistance = distance;
		}
	}
	return best;
}

/** The optimal string alignment distance. */
function editDistance(a: string, b: string): number {
	if (Math.abs(a.length - b.length) > Math.max(a.length, b.length) / 2)
		return Math.abs(a.length - b.length);
	let beforeLast: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, column) => column);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const change = a[row - 1] === b[column - 1] ? 0 : 1;
			let least = Math.min(
				(last[column] ?? 0) + 1,
				(current[column - 1] ?? 0) + 1,
				(last[column - 1] ?? 0) + change,
			);
			const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
			if (swapped && row > 1 && column > 1) {
				least = Math.min(least, (beforeLast[column - 2] ?? 0) + 1);
			}
			current.push(least);
		}
		beforeLast = last;
		last = current;
	}
	return last[b.length] ?? 0;
}
