/** Every command that is sent, and `connect` for an attempt to connect and log in. */
export const operations = [
	'connect',
	'select',
	'info',
	'time',
	'scan',
	'xinfo_groups',
	'xinfo_stream',
	'xpending',
] as const;

export type Operation = (typeof operations)[number];

/** A command as it is sent, and what it counts as. */
export interface Command {
	readonly operation: Operation;
	readonly words: readonly [string, ...(string | Buffer)[]];
}

export function select(database: number): Command {
	return { operation: 'select', words: ['SELECT', String(database)] };
}

export const info: Command = { operation: 'info', words: ['INFO', 'server'] };

export const time: Command = { operation: 'time', words: ['TIME'] };

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

/** The summary of a group's pending entries. */
export function xpending(key: Buffer, group: Buffer): Command {
	return { operation: 'xpending', words: ['XPENDING', key, group] };
}
