import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedReply } from '../../../../src/targets/redis/protocol/replies.ts';
import { ErrorReply, type Reply } from '../../../../src/targets/redis/protocol/reply.ts';
import { readCounts, readFacts } from '../../../../src/targets/redis/protocol/script-replies.ts';

const bulk = (text: string) => Buffer.from(text, 'latin1');
const id = (major: number, minor = 0) => ({ major, minor });

/** Without the fields of facts that are undefined, for such are not known. */
const known = (facts: unknown): unknown => JSON.parse(JSON.stringify(facts));

const stream = '3 7 5-0 9-1 9-1 0-0 120';
const refused = "ERR The user executing the script can't run this command";

test('streams and their groups are told in words', () => {
	const groups = '2 g\xff 2 4 6-0 - - 250 5-0 -3 2 1 8-0 3 new 0 0 0-0 0 3 - - - - - 5-0';
	assert.deepEqual(known(readFacts([bulk(`2 ${stream} ${groups} 0 0 0 - - 0-0 0-0 0`)])), {
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
						name: 'g\\xff',
						consumers: 2,
						pending: 4,
						delivered: id(6),
						idleMs: 250,
						// A clock was set back.
						oldestPending: { id: id(5), idleMs: 0, deliveries: 2 },
						abandoned: 1,
						firstUndelivered: id(8),
					},
					{
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
			{
				stream: {
					length: 0,
					entriesAdded: 0,
					lastGenerated: id(0),
					maxDeleted: id(0),
					entryBytes: 0,
				},
				groups: [],
				failures: [],
			},
		],
	});
});

test('a name may have spaces, or look like what comes after it', () => {
	const name = '1 5-0 !\n';
	const told = readFacts([bulk(`1 ${stream} ${name.length} ${name} 0 0 0-0 - - - - - - - 5-0`)]);
	assert.deepEqual(told.streams[0]?.groups?.[0]?.name, name);
});

test('names are told apart, whatever comes before them', () => {
	// One is as many as there are, which the answer begins with.
	const names = ['g', 'g', '9', 'h', 'gh', 'g', '', 'gh', 'hg'];
	const group = (name: string) => `${name.length} ${name} 0 0 0-0 - - - - - - - 5-0`;
	const told = readFacts([
		bulk(`${names.length} ${stream} ${names.map(group).join(' ')} 1 ${stream} ${group('g')}`),
	]);
	assert.deepEqual(
		told.streams.map((one) => one.groups?.map(({ name }) => name)),
		[names, ['g']],
	);
});

test('numbers that cannot be held are not known, and negative ones are', () => {
	const told = readFacts([
		bulk(`1 ${stream} 1 g 0 0 0-0 9007199254740992 -99 - 9007199254740992-0 5 1 - 5-0`),
	]);
	assert.deepEqual(known(told.streams[0]?.groups), [
		{
			name: 'g',
			consumers: 0,
			pending: 0,
			delivered: id(0),
			lag: -99,
			oldestPending: { idleMs: 5, deliveries: 1 },
			firstUndelivered: id(5),
		},
	]);
});

test('what a command met is told with the command', () => {
	const missing = new ErrorReply('ERR no such key');
	const told = readFacts([
		bulk(`! 15 ERR no such key ! 15 ERR no such key ! 2 NO ${stream} 0 ! 2 NO`),
		bulk('xrange'),
		bulk(refused),
	]);
	assert.deepEqual(told.failures, [{ operation: 'xrange', error: new ErrorReply(refused) }]);
	const [gone, hidden, bare] = told.streams;
	assert.deepEqual(gone, {
		failures: [
			{ operation: 'xinfo_groups', error: missing },
			{ operation: 'xinfo_stream', error: missing },
		],
	});
	assert.deepEqual(hidden?.failures, [{ operation: 'xinfo_groups', error: new ErrorReply('NO') }]);
	assert.deepEqual([hidden?.stream?.length, hidden?.groups], [3, undefined]);
	assert.deepEqual(bare, {
		groups: [],
		failures: [{ operation: 'xinfo_stream', error: new ErrorReply('NO') }],
	});
});

test('counts come with the length of the stream, and errors as what they are', () => {
	assert.deepEqual(readCounts([['4', '9'], bulk(refused)]), [
		{ count: 4, length: 9 },
		new ErrorReply(refused),
	]);
});

test('answers of an unknown shape are refused', () => {
	const facts: readonly Reply[] = [
		null,
		bulk('OK'),
		[null],
		[[], bulk('1')],
		...[
			'1',
			'- 3',
			`x ${stream}`,
			'0 3 7 5-0',
			'0 3 7 5-0  9-1 9-1 0-0 120',
			'0 - 7 5-0 9-1 9-1 0-0 120',
			'0 3 7.5 5-0 9-1 9-1 0-0 120',
			'0 3 1e+15 5-0 9-1 9-1 0-0 120',
			`1 ${stream}`,
			`1 ${stream} 1 g 2 4`,
			`1 ${stream} 5 g 2 4 6-0 - - - - - - -`,
			`1 ${stream} 99 g 2 4 6-0 - - - - - - -`,
			`1 ${stream} 1 g -1 4 6-0 - - - - - - -`,
			`1 ${stream} 1 g 1 4 6-0 - - - 5-0 3 - -`,
		].map((text) => [bulk(text)]),
	];
	for (const reply of facts) {
		assert.throws(() => readFacts(reply), MalformedReply, String(reply));
	}
	for (const reply of [null, [['4']], [[bulk('4'), '9']], [null]]) {
		assert.throws(() => readCounts(reply), MalformedReply);
	}
});

test('more groups than there is text for are none', () => {
	for (const count of [2, 2 ** 40]) {
		const text = `${count} ${stream} 3 one 1 0 6-0 - - 250 - - - - -`;
		assert.throws(() => readFacts([bulk(text)]), MalformedReply);
	}
});
