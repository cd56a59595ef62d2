import type { Position } from '../../../model.ts';
import { nameBytes } from '../../name.ts';
import { idText } from './id.ts';

/**
 * Every command that is sent, `connect` for an attempt to connect and log in, and what a user loses
 * who may not run it.
 */
export const lostWithout = {
	connect: 'everything',
	select: 'everything',
	info: 'the version and the trust in its counters',
	time: 'ages',
	sentinel: 'the address of the master',
	cluster: 'the addresses of the masters',
	asking: 'keys that move to another node just now',
	scan: 'streams that only a pattern names',
	eval_ro: 'speed',
	evalsha_ro: 'speed',
	xinfo_groups: 'groups',
	xinfo_stream: 'streams and lag, which is everything',
	xinfo_consumers: 'when consumers last read',
	xpending: 'the age of pending entries and what is lost or abandoned among them',
	xrange: 'the age of undelivered entries, and lag where it must be counted',
	xlen: 'lag where it must be counted',
} as const;

export type Operation = keyof typeof lostWithout;

/** What a user's ACL must have for each operation. */
export const permissionFor: Readonly<Record<Operation, string>> = {
	connect: 'on',
	select: '+select',
	info: '+info',
	time: '+time',
	sentinel: '+sentinel|get-master-addr-by-name',
	cluster: '+cluster|slots',
	asking: '+asking',
	scan: '+scan',
	eval_ro: '+eval_ro',
	evalsha_ro: '+evalsha_ro',
	xinfo_groups: '+xinfo|groups',
	xinfo_stream: '+xinfo|stream',
	xinfo_consumers: '+xinfo|consumers',
	xpending: '+xpending',
	xrange: '+xrange',
	xlen: '+xlen',
};

/** Every operation that is counted. */
export const operations = Object.keys(lostWithout) as readonly Operation[];

/** A command as it is sent, and what it counts as. */
export interface Command {
	readonly operation: Operation;
	readonly words: readonly [string, ...(string | Buffer)[]];
}

export function select(database: number): Command {
	return { operation: 'select', words: ['SELECT', String(database)] };
}

export const infoServer: Command = { operation: 'info', words: ['INFO', 'server'] };

export const infoReplication: Command = { operation: 'info', words: ['INFO', 'replication'] };

export const time: Command = { operation: 'time', words: ['TIME'] };

/** Where the master of a name is, as a sentinel knows. */
export function sentinelMaster(name: string): Command {
	return { operation: 'sentinel', words: ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name] };
}

/** Deprecated since 7.0 for CLUSTER SHARDS, but there in every version. */
export const clusterSlots: Command = { operation: 'cluster', words: ['CLUSTER', 'SLOTS'] };

/** Before a command for a key that moves to the node: it is answered for all the same. */
export const asking: Command = { operation: 'asking', words: ['ASKING'] };

/** One page of the keys that hold a stream. */
export function scan(cursor: string, match: string): Command {
	return {
		operation: 'scan',
		words: ['SCAN', cursor, 'MATCH', match, 'COUNT', '1000', 'TYPE', 'stream'],
	};
}

export function xinfoGroups(key: Buffer): Command {
	return { operation: 'xinfo_groups', words: ['XINFO', 'GROUPS', key] };
}

export function xinfoStream(key: Buffer): Command {
	return { operation: 'xinfo_stream', words: ['XINFO', 'STREAM', key] };
}

/** @param group - as shown, here and below */
export function xinfoConsumers(key: Buffer, group: string): Command {
	return { operation: 'xinfo_consumers', words: ['XINFO', 'CONSUMERS', key, groupWord(group)] };
}

/** A group's name as it is sent: what is shown as an escape is a byte. */
export function groupWord(group: string): string | Buffer {
	return group.includes('\\x') ? nameBytes(group) : group;
}

/** A range of a group's pending entries, by ids; only those idle for long enough where that is given. */
export function xpending(key: Buffer, group: string, range: PendingRange): Command {
	const { from, to, atMost, idleMs } = range;
	const idle = idleMs === undefined ? [] : ['IDLE', String(idleMs)];
	return {
		operation: 'xpending',
		words: ['XPENDING', key, groupWord(group), ...idle, from, to, String(atMost)],
	};
}

export interface PendingRange {
	/** As XPENDING takes them: `-`, `5-1`, `(5-1`. */
	readonly from: string;
	readonly to: string;
	readonly atMost: number;
	readonly idleMs?: number | undefined;
}

/** Entries after an id, or from the first one up to it. */
export interface EntryRange {
	readonly side: 'after' | 'up to';
	readonly id: Position;
	readonly atMost: number;
}

/** The two ends of a range as XRANGE takes them. */
export function rangeEnds({ side, id }: EntryRange): readonly [from: string, to: string] {
	return side === 'after' ? [`(${idText(id)}`, '+'] : ['-', idText(id)];
}

export function xrange(key: Buffer, range: EntryRange): Command {
	return {
		operation: 'xrange',
		words: ['XRANGE', key, ...rangeEnds(range), 'COUNT', String(range.atMost)],
	};
}

export function xlen(key: Buffer): Command {
	return { operation: 'xlen', words: ['XLEN', key] };
}

/** A read-only script by its text; the server keeps it for {@link evalshaRo}. */
export function evalRo(
	script: Script,
	keys: readonly Buffer[],
	args: readonly (string | Buffer)[],
): Command {
	return evaluated('eval_ro', script.text, keys, args);
}

export function evalshaRo(
	script: Script,
	keys: readonly Buffer[],
	args: readonly (string | Buffer)[],
): Command {
	return evaluated('evalsha_ro', script.sha, keys, args);
}

export interface Script {
	readonly text: string;
	/** The SHA-1 of the text in hexadecimal, by which the server knows it. */
	readonly sha: string;
}

function evaluated(
	operation: 'eval_ro' | 'evalsha_ro',
	script: string,
	keys: readonly Buffer[],
	args: readonly (string | Buffer)[],
): Command {
	const name = operation.toUpperCase();
	return { operation, words: [name, script, String(keys.length), ...keys, ...args] };
}
