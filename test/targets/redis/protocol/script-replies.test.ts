import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedReply } from '../../../../src/targets/redis/protocol/replies.ts';
import { ErrorReply, type Reply } from '../../../../src/targets/redis/protocol/reply.ts';
import { readCounts, readFacts } from '../../../../src/targets/redis/protocol/script-replies.ts';

const bulk = (text: string) => Buffer.from(text, 'latin1');
const id = (major: number, minor = 0) => ({ major, minor });

test('a stream and its groups are told in lines', () => {
	const reply: Reply = [
		[],
		[
			bulk(''),
			bulk('3 7 5-0 9-1 9-1 0-0 120'),
			bulk('g\xff'),
			bulk('2 4 6-0 - - 250 5-0 -3 2 8-0'),
			bulk('new'),
			bulk('0 0 0-0 0 3 - - - - 5-0'),
		],
	];
	assert.deepEqual(readFacts(reply), {
		failures: [],
		streams: [
			{
				stream: {
					length: 3,
					entriesAdded: 7,
					first: id(5),
					last: id(9, 1),
					lastGenerated: id(9, 1),
					maxDeleted: id(0),
					entryBytes: 120,
				},
				groups: [
					{
						bytes: bulk('g\xff'),
						name: 'g\\xff',
						consumers: 2,
						pending: 4,
						delivered: id(6),
						idleMs: 250,
						// A clock was set back.
						oldestPending: { id: id(5), idleMs: 0, deliveries: 2 },
						firstUndelivered: id(8),
					},
					{
						bytes: bulk('new'),
						name: 'new',
						consumers: 0,
						pending: 0,
						delivered: id(0),
						entriesRead: 0,
						lag: 3,
						firstUndelivered: id(5),
					},
				],
				failures: [],
			},
		],
	});
});

test('what a command met is told with the command', () => {
	const told = readFacts([
		[bulk('xrange'), bulk("ERR The user executing the script can't run this command")],
		[bulk('ERR no such key'), bulk('!ERR no such key')],
	]);
	const refused = new ErrorReply("ERR The user executing the script can't run this command");
	assert.deepEqual(told.failures, [{ operation: 'xrange', error: refused }]);
	const missing = new ErrorReply('ERR no such key');
	assert.deepEqual(told.streams, [
		{
			failures: [
				{ operation: 'xinfo_groups', error: missing },
				{ operation: 'xinfo_stream', error: missing },
			],
		},
	]);
});

test('counts come with the length of the stream, and errors as what they are', () => {
	const refused = "ERR The user executing the script can't run this command";
	assert.deepEqual(readCounts([['4', '9'], bulk(refused)]), [
		{ count: 4, length: 9 },
		new ErrorReply(refused),
	]);
});

test('answers of an unknown shape are refused', () => {
	const streams: readonly Reply[] = [
		null,
		bulk('OK'),
		[null],
		[[], bulk('stream')],
		[[], [bulk('')]],
		[[], [bulk(''), bulk('3 7 5-0')]],
		[[], [bulk(''), bulk('- 7 5-0 9-1 9-1 0-0 120')]],
		[[], [bulk(''), bulk('3 7 5-0 9-1 9-1 0-0 120'), bulk('g'), bulk('2 4')]],
		[[], [bulk(''), bulk('3 7 5-0 9-1 9-1 0-0 120'), '5', bulk('2 4 6-0 - - - - - - -')]],
		[[], [bulk(''), bulk('3 7 5-0 9-1 9-1 0-0 120'), bulk('g'), bulk('-1 4 6-0 - - - - - - -')]],
	];
	for (const reply of streams) assert.throws(() => readFacts(reply), MalformedReply);
	for (const reply of [null, [['4']], [[bulk('4'), '9']], [null]]) {
		assert.throws(() => readCounts(reply), MalformedReply);
	}
});
