import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Connection, ConnectionError } from '../../../../src/targets/redis/connect/connection.ts';
import type { Command } from '../../../../src/targets/redis/protocol/commands.ts';
import * as commands from '../../../../src/targets/redis/protocol/commands.ts';
import { ErrorReply } from '../../../../src/targets/redis/protocol/reply.ts';
import { startRedis } from '../../../brokers/index.ts';

const server = await startRedis();
after(() => server.stop());

const echo = (text: string): Command => ({ operation: 'info', words: ['ECHO', text] });
const xlen = (key: string): Command => commands.xlen(Buffer.from(key));

async function withConnection(
	work: (connection: Connection, requests: ReadonlyMap<string, number>) => Promise<void>,
): Promise<void> {
	const requests = new Map<commands.Operation, number>();
	const endpoint = { host: '127.0.0.1', port: server.port, connectTimeoutMs: 5000 };
	const connection = new Connection(endpoint, requests);
	await connection.connect();
	try {
		await work(connection, requests);
	} finally {
		await connection.close();
	}
}

test('every command has its own reply, refusals too, and is counted', () =>
	withConnection(async (connection, requests) => {
		await server.cli('SET', 'text', 'x');
		const asked = Array.from({ length: 1000 }, (_, at) =>
			at % 3 === 0 ? echo(`${at}`) : xlen(at % 3 === 1 ? 'text' : 'nothing'),
		);
		const replies = await connection.ask(asked);
		assert.equal(replies.length, 1000);
		for (const [at, reply] of replies.entries()) {
			if (at % 3 === 0) assert.deepEqual(reply, Buffer.from(`${at}`));
			else if (at % 3 === 2) assert.equal(reply, '0');
			else {
				assert.ok(reply instanceof ErrorReply);
				assert.match(reply.message, /^WRONGTYPE/);
			}
		}
		assert.deepEqual([requests.get('info'), requests.get('xlen')], [334, 666]);
	}));

test('what is asked before the answers to something else are there has answers of its own', () =>
	withConnection(async (connection) => {
		const asked = Array.from({ length: 20 }, (_, batch) =>
			Array.from({ length: 1 + (batch % 5) }, (_, at) => `${batch}.${at}`),
		);
		const answers = await Promise.all(asked.map((texts) => connection.ask(texts.map(echo))));
		assert.deepEqual(
			answers.map((replies) => replies.map(String)),
			asked,
		);
		assert.deepEqual(await connection.ask([]), []);
	}));

test('a connection that ends fails all that is not answered, with what was under way', () =>
	withConnection(async (connection) => {
		const clients = await server.cli('CLIENT', 'LIST');
		const id = /^id=(\d+) .*name=stream-lag-exporter /m.exec(clients)?.[1] ?? '';
		const words = ['CLIENT', 'KILL', 'ID', id, 'SKIPME', 'no'] as const;
		const kill: Command = { operation: 'scan', words };
		const asked = [connection.ask([echo('1'), kill, xlen('nothing')]), connection.ask([echo('2')])];
		const operations = await Promise.all(
			asked.map((answer) =>
				answer.then(
					() => 'answered',
					(error) => (error instanceof ConnectionError ? error.operation : error),
				),
			),
		);
		assert.deepEqual(operations, ['xlen', 'info']);
		await assert.rejects(connection.ask([echo('3')]), ConnectionError);
	}));

test('a connection that is closed fails what is under way', () =>
	withConnection(async (connection) => {
		const answer = connection.ask([
			echo('1'),
			{ operation: 'scan', words: ['BLPOP', 'none', '0'] },
		]);
		const failed = assert.rejects(answer, (error) => {
			assert.ok(error instanceof ConnectionError);
			return error.operation === 'info' || error.operation === 'scan';
		});
		await connection.close();
		await failed;
	}));
