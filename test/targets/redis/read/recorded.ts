import { ErrorReply, type Reply } from '../../../../src/targets/redis/protocol/reply.ts';

/** A bulk string, written as Latin-1. */
export function bulk(text: string): Buffer {
	return Buffer.from(text, 'latin1');
}

// Recorded from Redis 7.0.15 over RESP2.

/** XINFO STREAM of three entries, of which none was ever removed. */
export const threeEntries: Reply = [
	bulk('length'),
	'3',
	bulk('radix-tree-keys'),
	'1',
	bulk('radix-tree-nodes'),
	'2',
	bulk('last-generated-id'),
	bulk('1725000000003-0'),
	bulk('max-deleted-entry-id'),
	bulk('0-0'),
	bulk('entries-added'),
	'3',
	bulk('recorded-first-entry-id'),
	bulk('1725000000001-0'),
	bulk('groups'),
	'2',
	bulk('first-entry'),
	[bulk('1725000000001-0'), [bulk('total'), bulk('1')]],
	bulk('last-entry'),
	[bulk('1725000000003-0'), [bulk('total'), bulk('3')]],
];

/** The same stream after XDEL of all three. */
export const noEntries: Reply = [
	bulk('length'),
	'0',
	bulk('radix-tree-keys'),
	'0',
	bulk('radix-tree-nodes'),
	'1',
	bulk('last-generated-id'),
	bulk('1725000000003-0'),
	bulk('max-deleted-entry-id'),
	bulk('1725000000003-0'),
	bulk('entries-added'),
	'3',
	bulk('recorded-first-entry-id'),
	bulk('0-0'),
	bulk('groups'),
	'2',
	bulk('first-entry'),
	null,
	bulk('last-entry'),
	null,
];

/** XINFO GROUPS: one that has read two entries, and one that was created at the second. */
export const twoGroups: Reply = [
	[
		bulk('name'),
		bulk('billing'),
		bulk('consumers'),
		'1',
		bulk('pending'),
		'2',
		bulk('last-delivered-id'),
		bulk('1725000000002-0'),
		bulk('entries-read'),
		'2',
		bulk('lag'),
		'1',
	],
	[
		bulk('name'),
		bulk('g\xff'),
		bulk('consumers'),
		'0',
		bulk('pending'),
		'0',
		bulk('last-delivered-id'),
		bulk('1725000000002-0'),
		bulk('entries-read'),
		null,
		bulk('lag'),
		null,
	],
];

/** XPENDING - + 1 of the first of them. */
export const oldestPending: Reply = [[bulk('1725000000001-0'), bulk('one'), '4000', '3']];

/** XINFO CONSUMERS of the first of them. */
export const twoConsumers: Reply = [
	[bulk('name'), bulk('one'), bulk('pending'), '2', bulk('idle'), '4000'],
	[bulk('name'), bulk('two'), bulk('pending'), '0', bulk('idle'), '2500', bulk('inactive'), '-1'],
];

export const noSuchKey = new ErrorReply('ERR no such key');
export const wrongType = new ErrorReply(
	'WRONGTYPE Operation against a key holding the wrong kind of value',
);
export const noSuchGroup = new ErrorReply(
	"NOGROUP No such key 'orders' or consumer group 'billing'",
);
export const notPermitted = new ErrorReply(
	"NOPERM this user has no permissions to run the 'xinfo|stream' command",
);
export const loading = new ErrorReply('LOADING Redis is loading the dataset in memory');
