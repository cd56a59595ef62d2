import { hash } from 'node:crypto';
import { quoted } from './quoted.ts';

/** Which part of all streams and groups a process reads, where several processes share them. */
export interface Shard {
	/** From 0 up to `count`. */
	readonly index: number;
	readonly count: number;
}

/** More processes than that read nothing together. */
export const mostShards = 9999;

/**
 * Reads the two flags, as far as they are given.
 *
 * @param count - a whole number from 1
 * @param index - a number below it, or the name of a StatefulSet's pod: its ordinal, modulo `count`,
 * so that twice as many pods as shards read each of them twice
 * @returns nothing where neither is given, or where the one shard is all
 * @throws SyntaxError that says what is wrong
 */
export function parseShard(
	count: string | undefined,
	index: string | undefined,
): Shard | undefined {
	if (count === undefined && index === undefined) return undefined;
	if (index === undefined) {
		throw new SyntaxError('--shard.count needs --shard.index: which of the shards this process is');
	}
	if (count === undefined) {
		throw new SyntaxError('--shard.index needs --shard.count: how many shards there are');
	}
	const shards = /^[1-9]\d{0,3}$/.test(count) ? Number(count) : undefined;
	if (shards === undefined) {
		throw new SyntaxError(
			`--shard.count: ${quoted(count)} is not a whole number from 1 to ${mostShards}`,
		);
	}
	const shard = { index: parseIndex(index, shards), count: shards };
	return shards === 1 ? undefined : shard;
}

function parseIndex(text: string, count: number): number {
	if (/^\d{1,9}$/.test(text)) {
		const index = Number(text);
		if (index < count) return index;
		const range = count === 1 ? 'the only shard is 0' : `the shards are 0 to ${count - 1}`;
		throw new SyntaxError(`--shard.index: ${text} is beyond --shard.count=${count}: ${range}`);
	}
	// A name as Kubernetes lets it be: labels of lower case, and the ordinal without leading zeros.
	const [, ordinal] = /^[a-z0-9][a-z0-9.-]*-(0|[1-9]\d{0,8})$/.exec(text) ?? [];
	if (ordinal !== undefined) return Number(ordinal) % count;
	throw new SyntaxError(
		`--shard.index: ${quoted(text)} is neither a number from 0 to ${count - 1} nor the name of a StatefulSet's pod, which ends in its ordinal: stream-lag-exporter-0`,
	);
}

/** For people, who count from one; the flag and the metrics count from zero. */
export function shardWords({ index, count }: Shard): string {
	return `shard ${index + 1} of ${count} (index ${index})`;
}

/**
 * The shard that a key belongs to: the same in every process and release, for it decides who exports
 * a series. The first 64 bits of the SHA-256 of the key's parts as JSON, big-endian, go into a jump
 * consistent hash.
 */
export function shardOf(key: readonly string[], count: number): number {
	const digest = hash('sha256', JSON.stringify(key), 'buffer');
	return jump(digest.readBigUInt64BE(), count);
}

/**
 * Jump consistent hash (Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm",
 * 2014): when a bucket is added, 1/n of the keys move, and all of them into the new one.
 */
export function jump(key: bigint, buckets: number): number {
	let state = key;
	let bucket = 0;
	for (let next = 0; next < buckets; ) {
		bucket = next;
		state = BigInt.asUintN(64, state * 2862933555777941757n + 1n);
		next = Math.floor((bucket + 1) * (2 ** 31 / (Number(state >> 33n) + 1)));
	}
	return bucket;
}
