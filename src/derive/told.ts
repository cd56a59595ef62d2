import type { Group, Line, Position, ToldPartitions } from '../model.ts';
import { advance, newlyLost } from './counters.ts';
import type { History } from './history.ts';
import { trackStart } from './retention.ts';

/** What a group's own counts and positions say since its last reading. */
export interface Told {
	/** Messages. */
	readonly consumed: number;
	readonly lost: number;
	readonly moved: boolean;
	readonly rewound: boolean;
}

/**
 * Takes the counts and positions that a group tells into its memory.
 *
 * @param stands - the group's position, and `line` its line: a target may make them anew for each who asks
 */
export function takeTold(
	history: History,
	row: number,
	group: Group,
	stands: Position | undefined,
	line: Line | undefined,
): Told {
	const columns = history.toldRows.columns;
	const { positionMajor, positionMinor, acknowledgedMajor, acknowledgedMinor } = columns;
	const position = comparePosition(positionMajor, positionMinor, row, stands);
	const acknowledged = comparePosition(
		acknowledgedMajor,
		acknowledgedMinor,
		row,
		group.acknowledged,
	);
	const exhausted = take(columns.exhaustedCount, row, group.exhaustedCount);
	columns.exhaustedTotal[row] = (columns.exhaustedTotal[row] as number) + exhausted;

	let lost = take(columns.pendingLostCount, row, group.pendingLostCount);
	if (line) {
		const { start, position: read } = line;
		lost += newlyLost(columns.lineStart[row] as number, start, read);
		columns.lineStart[row] = start;
		trackStart(columns, row, history.timeline.now, start);
	}
	return {
		consumed: take(columns.consumedCount, row, group.consumedCount),
		lost,
		moved: position !== 0 || acknowledged !== 0,
		rewound: position < 0 || acknowledged < 0,
	};
}

/** The same for one partition of a group that is told partition by partition. */
export function takeToldPartition(
	history: History,
	row: number,
	told: ToldPartitions,
	index: number,
): Omit<Told, 'lost'> {
	const columns = history.toldPartitions.columns;
	const moved = comparePosition(columns.positionMajor, columns.positionMinor, row, {
		major: told.positionMajor[index] as number,
		minor: told.positionMinor[index] as number,
	});
	const count = told.consumedCount[index] as number;
	const consumed = take(columns.consumedCount, row, count >= 0 ? count : undefined);
	return { consumed, moved: moved !== 0, rewound: moved < 0 };
}

/** What a count has advanced by; what is not told now stays as it was last told. */
function take(column: Float64Array, row: number, count: number | undefined): number {
	if (count === undefined) return 0;
	const added = advance(column[row] as number, count);
	column[row] = count;
	return added;
}

/** 1 when a position went on, -1 when it went back, 0 when it stayed or was not known before. */
function comparePosition(
	major: Float64Array,
	minor: Float64Array,
	row: number,
	now: Position | undefined,
): number {
	if (now === undefined) return 0;
	const before = major[row] as number;
	const moved = Math.sign(now.major - before || now.minor - (minor[row] as number));
	major[row] = now.major;
	minor[row] = now.minor;
	return Number.isNaN(before) ? 0 : moved;
}
