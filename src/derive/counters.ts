/**
 * What a counter adds when a count or position is read that was `before` at the last time it could
 * be read, however long ago: the whole advance across the gap. What goes back belongs to something
 * that was reset or made anew, and adds nothing; so does what is read for the first time (NaN).
 */
export function advance(before: number, now: number): number {
	return now > before ? now - before : 0;
}

/**
 * Messages that were deleted before they were read, since the last look.
 *
 * The position is the present one: a group that read on before the start moved has lost nothing. A
 * loss that the group skipped before it could be seen is not told, so no loss is told that was none.
 *
 * @param startBefore - the first message kept at the last look, NaN at the first: what is gone by
 * then is not counted
 */
export function newlyLost(startBefore: number, start: number, position: number): number {
	if (Number.isNaN(startBefore)) return 0;
	return Math.max(0, start - Math.max(startBefore, position));
}
