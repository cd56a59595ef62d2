import { type Shard, shardOf } from '../options/shard.ts';

/**
 * What decides, with the target's name, which shard has a stream or a group. Part of what is
 * promised: with other keys, series would move between processes at an upgrade.
 */
export type ShareKey = readonly [kind: 'stream' | 'group', ...names: string[]];

/** The part of a target's streams and groups that this process reads; the rest is that of others. */
export interface Share {
	/** Whether it is everything, so that there are no others. */
	readonly isWhole: boolean;
	owns(key: ShareKey): boolean;
}

/** The share of a process that has no others beside it. */
export const everything: Share = { isWhole: true, owns: () => true };

/** A stream's own series come from the process that has this key. */
export function streamKey(stream: string): ShareKey {
	return ['stream', stream];
}

/** The share that a shard has of a target. */
export function shareOf(shard: Shard | undefined, target: string): Share {
	if (shard === undefined) return everything;
	return {
		isWhole: false,
		owns: (key) => shardOf([target, ...key], shard.count) === shard.index,
	};
}
