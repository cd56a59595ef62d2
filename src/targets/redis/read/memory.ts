import type { Position } from '../../../model.ts';
import type { Anchor } from './anchor.ts';

/** What is remembered of a stream from one poll to the next. Never changed, but replaced. */
export interface StreamMemory {
	/** The id from which on entries were kept. */
	readonly kept?: Position;
	/** In the order in which the server told of them; a map each would cost more than all the rest. */
	readonly groups: readonly GroupMemory[];
}

export interface GroupMemory {
	/** As shown. */
	readonly name: string;
	/** Absent: nothing could be remembered. */
	readonly anchor?: Anchor;
	/** Pending entries seen trimmed away since the target was made. */
	readonly pendingLostCount: number;
}

/** By a key's name as shown. */
export type Memory = ReadonlyMap<string, StreamMemory>;

/**
 * Finds what is remembered of groups, one after the other: mostly they come in the same order again,
 * so that each is looked for behind the one before.
 */
export class Recall {
	readonly #groups: readonly GroupMemory[];
	#next = 0;

	constructor(before: StreamMemory | undefined) {
		this.#groups = before?.groups ?? nothing;
	}

	group(name: string): GroupMemory | undefined {
		const groups = this.#groups;
		for (let tried = 0; tried < groups.length; tried++) {
			const at = (this.#next + tried) % groups.length;
			if (groups[at]?.name !== name) continue;
			this.#next = at + 1;
			return groups[at];
		}
		return undefined;
	}
}

const nothing: readonly GroupMemory[] = [];
