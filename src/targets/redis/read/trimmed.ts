import type { StreamFacts } from '../facts.ts';
import { compareIds } from '../protocol/id.ts';
import type { Memory } from './memory.ts';
import { keptFrom } from './pending.ts';

/**
 * Whether entries were trimmed when a stream's beginning moved last, rather than deleted one by one, as
 * consumers do with what they have read. XDEL notes the largest id that it has deleted
 * (`max-deleted-entry-id`), XTRIM and XADD do not: where entries are gone from the beginning and that id
 * lies before all of them, they were trimmed.
 *
 * @param row - of the stream in the memory of the poll before. Absent: it was not read then
 * @returns undefined: not known, for the beginning was never seen to move
 */
export function isTrimmed(
	stream: StreamFacts,
	memory: Memory,
	row: number | undefined,
): boolean | undefined {
	if (row === undefined) return undefined;
	const now = keptFrom(stream);
	const { maxDeleted } = stream;
	if (now === undefined || maxDeleted === undefined) return undefined;
	const before = memory.table.kept(row, now);
	if (before === undefined || compareIds(now, before) <= 0) return memory.table.isTrimmed(row);
	return compareIds(maxDeleted, before) < 0;
}
