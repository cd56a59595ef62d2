import type { Partitions } from '../model.ts';

/**
 * Fills rows that were not read with what an earlier reading knew of them, as long as that is
 * younger than `keepFailedMs`. Gives `next` itself when nothing had to be filled.
 *
 * @param before - the same partitions as last known, read at `beforeReadAtMs` where they do not say
 */
export function carryRows(
	next: Partitions,
	before: Partitions | undefined,
	beforeReadAtMs: number,
	{ atMs, keepFailedMs }: { readonly atMs: number; readonly keepFailedMs: number },
): Partitions {
	const gap = firstGap(next);
	if (gap === -1) return next;

	const start = next.start.slice();
	const end = next.end.slice();
	const committed = next.committed?.slice();
	const told = next.told && {
		...next.told,
		lag: next.told.lag.slice(),
		uncertainty: next.told.uncertainty.slice(),
	};
	const readAtMs = new Float64Array(next.ids.length).fill(atMs);
	for (let row = gap; row < next.ids.length; row++) {
		if (isRead(next, row)) continue;
		readAtMs[row] = 0;
		const old = before ? findRow(before.ids, next.ids[row] as number) : -1;
		if (!before || old === -1 || !isRead(before, old)) continue;
		const oldReadAtMs = before.readAtMs?.[old] ?? beforeReadAtMs;
		if (atMs - oldReadAtMs > keepFailedMs) continue;
		start[row] = before.start[old] as number;
		end[row] = before.end[old] as number;
		if (committed) committed[row] = before.committed?.[old] ?? Number.NaN;
		if (told) {
			told.lag[row] = before.told?.lag[old] ?? Number.NaN;
			told.uncertainty[row] = before.told?.uncertainty[old] ?? Number.NaN;
		}
		readAtMs[row] = oldReadAtMs;
	}
	return {
		ids: next.ids,
		start,
		end,
		...(committed && { committed }),
		...(told && { told }),
		readAtMs,
	};
}

/** Whether everything of a row is known: a part of one cannot be combined with older parts. */
function isRead(partitions: Partitions, row: number): boolean {
	if (partitions.told) return !Number.isNaN(partitions.told.lag[row]);
	return !(
		Number.isNaN(partitions.start[row]) ||
		Number.isNaN(partitions.end[row]) ||
		(partitions.committed !== undefined && Number.isNaN(partitions.committed[row]))
	);
}

function firstGap(partitions: Partitions): number {
	for (let row = 0; row < partitions.ids.length; row++) {
		if (!isRead(partitions, row)) return row;
	}
	return -1;
}

/** The row of a partition by binary search: ids ascend. */
function findRow(ids: Int32Array, id: number): number {
	let low = 0;
	let high = ids.length - 1;
	while (low <= high) {
		const middle = (low + high) >> 1;
		const found = ids[middle] as number;
		if (found === id) return middle;
		if (found < id) low = middle + 1;
		else high = middle - 1;
	}
	return -1;
}
