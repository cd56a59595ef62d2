import type { Position } from '../../../model.ts';
import type { Anchor } from './anchor.ts';

/** What is remembered of a stream from one poll to the next. Never changed, but replaced. */
export interface StreamMemory {
	/** The id from which on entries were kept. */
	readonly kept?: Position;
	/** By a group's name as shown. */
	readonly groups: ReadonlyMap<string, GroupMemory>;
}

export interface GroupMemory {
	/** Absent: nothing could be remembered. */
	readonly anchor?: Anchor;
	/** Pending entries seen trimmed away since the target was made. */
	readonly pendingLostCount: number;
}

/** By a key's name as shown. */
export type Memory = ReadonlyMap<string, StreamMemory>;
