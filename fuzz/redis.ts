import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Reading } from '../src/model.ts';
import { redis } from '../src/targets/redis/index.ts';
import { ErrorReply, type Reply } from '../src/targets/redis/protocol/reply.ts';
import { UnreadableError } from '../src/targets/target.ts';
import type { Chance } from '../test/random.ts';
import * as recorded from '../test/targets/redis/read/recorded.ts';
import { connectTo } from '../test/targets/redis/server.ts';
import { Chain, checkProblems } from './chain.ts';
import { mutatedBytes, mutatedTree } from './mutators.ts';
import type { Part } from './part.ts';

const { bulk } = recorded;
const keys = ['a', 'b', 'c:1', 'c:2'];
const options = {
	discovery_interval: '1ms',
	partitioned: ['(?<stream>c):(?<partition>[0-9]+)'],
};

/** As factsScript tells of a stream and its two groups. */
const facts: Reply = [
	bulk(''),
	bulk('3 3 1725000000001-0 1725000000003-0 1725000000003-0 0-0 120'),
	bulk('billing'),
	bulk('2 2 1725000000002-0 2 1 2500 1725000000001-0 4000 3 1725000000003-0'),
	bulk('g\xff'),
	bulk('0 0 1725000000002-0 - - - - - - 1725000000003-0'),
];

const replies: Readonly<Record<string, Reply>> = {
	INFO: bulk('# Server\r\nredis_version:7.0.15\r\nrun_id:abc\r\nrole:master\r\n'),
	TIME: [bulk('1725000100'), bulk('123456')],
	SCAN: [bulk('0'), keys.map(bulk)],
	'XINFO STREAM': recorded.threeEntries,
	'XINFO GROUPS': recorded.twoGroups,
	'XINFO CONSUMERS': recorded.twoConsumers,
	XPENDING: recorded.oldestPending,
	XRANGE: [[bulk('1725000000003-0'), [bulk('total'), bulk('3')]]],
	XLEN: '3',
	'EVALSHA_RO facts': [[], ...keys.map(() => facts)],
	'EVALSHA_RO counts': [
		['1', '3'],
		['2', '3'],
	],
};

const nastyLeaves: readonly Reply[] = [
	...[null, [], '0', '-1', '9223372036854775807', '18446744073709551615', '3.5', 'x'],
	...[
		'',
		'-',
		'- - -',
		'\u0000\u001b[31m\n',
		'5-',
		'18446744073709551615-18446744073709551615',
		'1e308',
	].map(bulk),
	bulk('x'.repeat(300)),
	...[
		'NOPERM no',
		'LOADING x',
		'MOVED 1 127.0.0.1:1',
		'NOSCRIPT x',
		'WRONGTYPE x',
		'NOAUTH x',
		'ERR no such key',
		'',
	].map((message) => new ErrorReply(message)),
];

/** A server that answers what Redis answered, changed: each poll keeps the laws. */
export async function redisPart(): Promise<Part> {
	const chain = new Chain("platform: redis, url: 'redis://127.0.0.1'");
	let change: ((reply: Reply) => Reply) | undefined;
	let changeBytes: ((bytes: Buffer) => Buffer) | undefined;
	const server = await serve((words) => {
		const reply = replyTo(words);
		const bytes = encoded(change ? change(reply) : reply);
		return changeBytes ? changeBytes(bytes) : bytes;
	});
	const { port } = server.address() as AddressInfo;
	const read = async (byScript: boolean, timeoutMs: number) => {
		isScriptRefused = !byScript;
		const target = connectTo({ url: `redis://127.0.0.1:${port}`, ...options });
		try {
			return await target.read(AbortSignal.timeout(timeoutMs));
		} catch (error) {
			assert.ok(error instanceof UnreadableError, error as Error);
			checkProblems(error.problems, redis.problems);
			return undefined;
		} finally {
			await target.close();
		}
	};
	let isScriptRefused = false;
	const replyTo = (words: readonly string[]): Reply => {
		const [name = '', second = ''] = words;
		if (/^EVAL/.test(name)) {
			if (isScriptRefused) return new ErrorReply('NOPERM no permissions to run it');
			const isFacts = words.length <= 5 + Number(words[2]);
			if (words[2] === '0') return [];
			return replies[isFacts ? 'EVALSHA_RO facts' : 'EVALSHA_RO counts'] ?? null;
		}
		return replies[name] ?? replies[`${name} ${second}`] ?? 'OK';
	};
	return {
		async try(chance, note) {
			const byScript = chance.below(2) === 0;
			const before = await read(byScript, 5000);
			assert.ok(before !== undefined && before.problems.length === 0, JSON.stringify(before));
			const told: string[] = [];
			const noted = (reply: Reply) => {
				told.push(
					JSON.stringify(reply, (_key, value) =>
						value instanceof ErrorReply ? `-${value.message}` : value,
					),
				);
				note(`${byScript}\n${told.join('\n')}`);
				return reply;
			};
			// Broken bytes leave a poll waiting, so that there are few of them.
			const breaks = chance.below(40) === 0;
			if (breaks) changeBytes = (bytes) => mutatedBytes(bytes, chance);
			else change = (reply) => noted(changed(reply, chance));
			let after: Reading | undefined;
			try {
				after = await read(byScript, breaks ? 200 : 2000);
			} finally {
				change = undefined;
				changeBytes = undefined;
			}
			await chain.check([before, ...(after ? [after] : []), before]);
		},
		async close() {
			server.close();
		},
	};
}

function changed(reply: Reply, chance: Chance): Reply {
	if (chance.below(4) > 0) return reply;
	return mutatedTree(reply, chance, (leaf) => {
		// Words within a line of facts, too.
		if (Buffer.isBuffer(leaf) && chance.below(2) === 0) {
			const words = leaf.toString('latin1').split(' ');
			words[chance.below(words.length)] = chance.oneOf([
				'-',
				'0',
				'-1',
				'9'.repeat(20),
				'5-5',
				'x',
				'',
			]);
			return bulk(words.join(' '));
		}
		return chance.oneOf(nastyLeaves);
	});
}

function encoded(reply: Reply | undefined): Buffer {
	if (reply === null || reply === undefined) return Buffer.from('$-1\r\n');
	if (typeof reply === 'string')
		return Buffer.from(/^-?\d+$/.test(reply) ? `:${reply}\r\n` : `+${reply}\r\n`);
	if (reply instanceof ErrorReply) return Buffer.from(`-${reply.message}\r\n`);
	if (Buffer.isBuffer(reply))
		return Buffer.concat([Buffer.from(`$${reply.length}\r\n`), reply, Buffer.from('\r\n')]);
	return Buffer.concat([
		Buffer.from(`*${reply.length}\r\n`),
		...(reply as readonly Reply[]).map(encoded),
	]);
}

/** A server that understands commands as clients send them: arrays of bulk strings. */
async function serve(answer: (words: readonly string[]) => Buffer): Promise<Server> {
	const server = createServer((socket: Socket) => {
		let rest = '';
		socket.setNoDelay(true);
		socket.on('error', () => {});
		socket.on('data', (data) => {
			rest += data.toString('latin1');
			const replies: Buffer[] = [];
			for (;;) {
				const command = firstCommand(rest);
				if (command === undefined) break;
				rest = rest.slice(command.length);
				replies.push(answer(command.words));
			}
			if (replies.length > 0) socket.write(Buffer.concat(replies));
		});
	});
	await once(server.listen(0, '127.0.0.1'), 'listening');
	return server;
}

function firstCommand(
	text: string,
): { readonly words: readonly string[]; readonly length: number } | undefined {
	const head = /^\*(\d+)\r\n/.exec(text);
	if (head === null) return undefined;
	let at = head[0].length;
	const words: string[] = [];
	for (let left = Number(head[1]); left > 0; left--) {
		const length = /^\$(\d+)\r\n/.exec(text.slice(at, at + 20));
		if (length === null) return undefined;
		const from = at + length[0].length;
		at = from + Number(length[1]) + 2;
		if (at > text.length) return undefined;
		words.push(text.slice(from, at - 2));
	}
	return { words: words.map((word, index) => (index < 2 ? word.toUpperCase() : word)), length: at };
}
