import type { Filter } from '../../../options/pattern.ts';
import type { KeyFacts } from '../facts.ts';
import type { Failure } from '../protocol/attempt.ts';
import type { EntryRange, PendingRange } from '../protocol/commands.ts';
import type { Key } from './discovery.ts';

/**
 * A way to ask a server: by commands, or by scripts that it runs. Both come to the same facts.
 *
 * @see ByCommands
 * @see ByScript
 */
export interface Way {
	/** How many keys one asking is about: the server's other clients wait for it. */
	readonly keysAtOnce: number;
	/**
	 * Asks for the facts of streams and groups. Groups are asked for before or together with their
	 * streams, so that what is added between the two counts as lag, and no group is ahead of its stream.
	 *
	 * @returns those of as many of the first keys as the server came to, at least one
	 */
	facts(keys: readonly Key[]): Promise<KnownFacts>;
	/**
	 * Counts what the server does not tell.
	 *
	 * @returns the counts for as many of the first questions as the server came to, at least one
	 */
	counts(questions: readonly Question[]): Promise<readonly Counted[]>;
}

export interface KnownFacts {
	readonly facts: readonly KeyFacts[];
	/** What could not be had and concerns no single key. */
	readonly failures: readonly Failure[];
}

/** What of a group is read. */
export interface Scope {
	readonly groups: Filter;
	/** The consumers of a group with more are not looked at one by one. */
	readonly consumersAtMost: number;
	/** So many pending entries of a group are all looked at; of more, only the oldest. */
	readonly fewPending: number;
	/** Milliseconds from which on a pending entry is abandoned. */
	readonly abandonedAfterMs: number;
}

/** Something of a group that must be counted. */
export type Question = {
	readonly key: Key;
	/** As shown. */
	readonly group: string;
} & (
	| { readonly of: 'entries'; readonly range: EntryRange }
	| {
			readonly of: 'pending';
			readonly range: PendingRange;
			/** Only those that have been idle for as long count. */
			readonly leastIdleMs: number;
	  }
);

export type Counted =
	| {
			readonly count: number;
			/** Of the stream at that time; only where entries were counted. */
			readonly length?: number;
	  }
	| Failure;
