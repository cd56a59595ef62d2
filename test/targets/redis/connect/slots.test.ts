import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSlots } from '../../../../src/targets/redis/connect/slots.ts';
import { redirectionOf } from '../../../../src/targets/redis/fetch/redirections.ts';
import { MalformedReply } from '../../../../src/targets/redis/protocol/replies.ts';
import { ErrorReply, type Reply } from '../../../../src/targets/redis/protocol/reply.ts';

const bulk = (text: string) => Buffer.from(text);

test('each range of slots has its master, wherever the replicas are', () => {
	const reply: Reply = [
		[
			'0',
			'8191',
			[bulk('10.0.0.1'), '6379', bulk('id'), []],
			[bulk('10.0.0.2'), '6379', bulk('id')],
		],
		['8192', '16383', [bulk('2001:db8::1'), '6380', bulk('id')]],
	];
	assert.deepEqual(readSlots(reply, 'seed'), [
		{ first: 0, last: 8191, master: { host: '10.0.0.1', port: 6379 } },
		{ first: 8192, last: 16383, master: { host: '2001:db8::1', port: 6380 } },
	]);
});

test('a node that does not know how it is called is where it was asked', () => {
	for (const host of [bulk(''), bulk('?'), null]) {
		const [range] = readSlots([['0', '16383', [host, '7000']]], 'seed');
		assert.deepEqual(range?.master, { host: 'seed', port: 7000 });
	}
});

test('what is no list of slots is refused', () => {
	for (const reply of [null, [null], [['0', '5']], [['5', '0', [bulk('a'), '1']]]] as Reply[]) {
		assert.throws(() => readSlots(reply, 'seed'), MalformedReply);
	}
});

test('a server says where a key is, for good or only this once', () => {
	const to = (message: string) =>
		redirectionOf(
			{ failures: [{ operation: 'xinfo_groups', error: new ErrorReply(message) }] },
			'asked',
		);
	assert.deepEqual(to('MOVED 3999 10.0.0.1:6381'), { host: '10.0.0.1', port: 6381, isAsk: false });
	assert.deepEqual(to('ASK 3999 redis-2:6381'), { host: 'redis-2', port: 6381, isAsk: true });
	assert.deepEqual(to('MOVED 3999 :6381'), { host: 'asked', port: 6381, isAsk: false });
	assert.deepEqual(to('MOVED 3999 2001:db8::1:6381'), {
		host: '2001:db8::1',
		port: 6381,
		isAsk: false,
	});
	assert.equal(to('MOVED to somewhere'), undefined);
	assert.equal(to('CLUSTERDOWN Hash slot not served'), undefined);
});
