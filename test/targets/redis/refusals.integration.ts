import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { UnreadableError } from '../../../src/targets/target.ts';
import { type Redis, startRedis, until } from '../../brokers/index.ts';
import { connect, readOnce, script } from './server.ts';

/** What a read that reads nothing is rejected with. */
async function unreadable(url: string, options: object = {}): Promise<UnreadableError> {
	const error = await readOnce(url, options).then(
		(reading) => assert.fail(`it was read: ${inspect(reading)}`),
		(reason: unknown) => reason,
	);
	assert.ok(error instanceof UnreadableError, inspect(error));
	return error;
}

const codesOf = ({ problems }: Pick<UnreadableError, 'problems'>) =>
	problems.map(({ code, operation }) => `${code} ${operation}`);

describe('a server that wants to know who asks', () => {
	const least =
		'resetchannels -@all +ping +hello +info +time +client|setname +scan +type +xlen +xinfo +xpending +xrange +eval_ro +evalsha_ro +cluster|slots';
	const script = '+eval_ro +evalsha_ro';
	let server: Redis;
	before(async () => {
		server = await startRedis({
			requirepass: 'swordfish',
			config: [
				`user lag on >hunter2 ~* ${least}`,
				'user quiet on >hunter2 ~* -@all +time +scan +xinfo +xpending +xrange',
				'user scanless on >hunter2 ~* -@all +time +xinfo +xpending +xrange',
				'user partly on >hunter2 ~open* -@all +info +time +scan +xinfo +xrange',
				`user partlybyscript on >hunter2 ~open* -@all +info +time +scan +xinfo +xrange ${script}`,
				'user rangeless on >hunter2 ~* -@all +info +time +scan +xinfo +xpending',
				`user rangelessbyscript on >hunter2 ~* -@all +info +time +scan +xinfo +xpending ${script}`,
				`user streamsbyscript on >hunter2 ~* -@all +info +time +scan +xinfo|stream ${script}`,
				`user nonebyscript on >hunter2 ~* -@all ${script}`,
				'user streams on >hunter2 ~* -@all +info +time +scan +xinfo|stream',
				'user none on >hunter2 ~* -@all',
				'user gone off >hunter2 ~* +@all',
			],
		});
		for (const stream of ['open', 'open:2', 'closed']) {
			await server.cli('XADD', stream, '*', 'a', 'b');
			await server.cli('XADD', stream, '*', 'a', 'b');
			await server.cli('XGROUP', 'CREATE', stream, 'g', '0');
			await server.cli('XREADGROUP', 'GROUP', 'g', 'one', 'COUNT', '1', 'STREAMS', stream, '>');
		}
	});
	after(async () => {
		await server?.stop();
	});

	const address = () => `redis://127.0.0.1:${server.port}`;
	const as = (username: string, password = 'hunter2') => ({ username, password });

	test('the password is taken from the url or from its own setting, with and without a user', async () => {
		for (const [url, options] of [
			[server.url, {}],
			[address(), { password: 'swordfish' }],
			[`redis://lag:hunter2@127.0.0.1:${server.port}/0`, {}],
			[address(), as('lag')],
		] as const) {
			const reading = await readOnce(url, options);
			assert.deepEqual(reading.problems, []);
			assert.equal(reading.groups.length, 3);
			assert.equal(reading.version, server.version);
		}
	});

	test('a wrong password is refused at once, in words that name user and server alone', async () => {
		const startedMs = performance.now();
		for (const [options, user] of [
			[{ password: 'sesame' }, 'default'],
			[as('lag', 'sesame'), 'lag'],
			[as('nobody', 'sesame'), 'nobody'],
			[as('gone', 'sesame'), 'gone'],
		] as const) {
			const error = await unreadable(address(), options);
			assert.deepEqual(codesOf(error), ['auth_failed connect']);
			assert.ok(error.message.includes(`127.0.0.1:${server.port}`), error.message);
			assert.ok(error.message.includes(`"${user}"`), error.message);
			assert.ok(!inspect(error, { depth: 20, showHidden: true }).includes('sesame'));
		}
		assert.ok(performance.now() - startedMs < 2000);
	});

	test('a password that is missing is named as such', async () => {
		const error = await unreadable(address());
		assert.deepEqual(codesOf(error), ['auth_failed info']);
		assert.match(error.message, /NOAUTH Authentication required; set username and password/);
	});

	test('a refused login leaves no connection behind', async () => {
		const target = connect(address());
		try {
			for (const _ of [1, 2, 3]) await assert.rejects(target.read(AbortSignal.timeout(5000)));
			await until('redis-cli alone is connected', async () => {
				const clients = await server.cli('CLIENT', 'LIST');
				assert.equal(clients.trim().split('\n').length, 1, clients);
				return true;
			});
		} finally {
			await target.close();
		}
	});

	test('a password that nobody wants does no harm', async () => {
		const open = await startRedis();
		try {
			await open.cli('XADD', 's', '*', 'a', 'b');
			const reading = await readOnce(open.url, { password: 'unneeded' });
			assert.equal(reading.streams.length, 1);
		} finally {
			await open.stop();
		}
	});

	test('a server that refuses INFO and CLIENT is read, without its version', async () => {
		const reading = await readOnce(address(), as('quiet'));
		assert.equal(reading.version, undefined);
		assert.deepEqual(reading.problems, []);
		assert.ok(reading.complete);
		assert.equal(reading.groups.length, 3);
	});

	test('without SCAN the streams named in the configuration are read', async () => {
		const reading = await readOnce(address(), {
			...as('scanless'),
			streams: { include: ['open', 'o*'] },
		});
		assert.deepEqual(codesOf(reading), ['not_authorized scan']);
		assert.deepEqual(
			reading.groups.map(({ stream, lag }) => [stream, lag]),
			[['open', { messages: 1, uncertainty: 0 }]],
		);
		assert.equal(reading.complete, false);

		assert.deepEqual(codesOf(await unreadable(address(), as('scanless'))), ['not_authorized scan']);
	});

	for (const way of ['', 'byscript']) {
		test(`keys that are not permitted are a problem, and the others are right (${way})`, async () => {
			const reading = await readOnce(address(), as(`partly${way}`));
			const problems = reading.problems.map(
				({ code, operation, subject }) => `${code} ${operation} ${subject ?? ''}`,
			);
			assert.deepEqual(problems.sort(), [
				'not_authorized xinfo_groups closed',
				'not_authorized xinfo_stream closed',
				'not_authorized xpending ',
			]);
			assert.deepEqual(
				reading.groups.map(({ stream, lag, pending }) => [stream, lag, pending]).sort(),
				[
					['open', { messages: 1, uncertainty: 0 }, 1],
					['open:2', { messages: 1, uncertainty: 0 }, 1],
				],
			);
			assert.deepEqual(reading.unread, [{ stream: 'closed', reason: 'not_authorized' }]);
			assert.equal(reading.complete, false);
		});

		test(`without XINFO GROUPS streams are read and groups may exist (${way})`, async () => {
			const reading = await readOnce(address(), as(`streams${way}`));
			assert.deepEqual(codesOf(reading), ['not_authorized xinfo_groups']);
			assert.equal(reading.streams.length, 3);
			assert.equal(reading.unread.length, 3);
			assert.equal(reading.complete, false);
		});

		test(`without XRANGE there are lag and no ages, in words that say so (${way})`, async () => {
			const reading = await readOnce(address(), as(`rangeless${way}`));
			assert.deepEqual(codesOf(reading), ['not_authorized xrange']);
			assert.match(
				reading.problems[0]?.message ?? '',
				/or do without the age of undelivered entries, and lag where it must be counted/,
			);
			for (const { lag, lagSeconds, pending, pendingAgeSeconds } of reading.groups) {
				assert.deepEqual(lag, { messages: 1, uncertainty: 0 });
				assert.equal(lagSeconds, undefined);
				assert.equal(pending, 1);
				assert.ok((pendingAgeSeconds ?? -1) >= 0);
			}
			assert.ok(reading.complete);
		});

		test(`a user who may do nothing reads nothing (${way})`, async () => {
			const user = as(`none${way}`);
			const error = await unreadable(address(), { ...user, streams: { include: ['open'] } });
			assert.deepEqual(codesOf(error), [
				'not_authorized time',
				'not_authorized xinfo_groups',
				'not_authorized xinfo_stream',
			]);
		});
	}

	test('how it is read is told once', async () => {
		for (const [user, words] of [
			['lag', /read by scripts \(EVAL_RO\)/],
			['quiet', /read by single commands, for EVAL_RO is refused: NOPERM/],
		] as const) {
			const lines: string[] = [];
			const target = connect(address(), as(user), { log: (line) => lines.push(line) });
			try {
				for (const _ of [1, 2]) await target.read(AbortSignal.timeout(5000));
			} finally {
				await target.close();
			}
			const told = lines.filter((line) => line.includes('streams are read by'));
			assert.equal(told.length, 1, lines.join());
			assert.match(told[0] ?? '', words);
		}
	});

	test('a database is selected; one that does not exist is a problem', async () => {
		await server.cli('-n', '3', 'XADD', 'third', '*', 'a', 'b');
		const reading = await readOnce(`${server.url}/3`);
		assert.deepEqual(
			reading.streams.map(({ name }) => name),
			['third'],
		);
		const error = await unreadable(`${server.url}/99`);
		assert.deepEqual(codesOf(error), ['server_error select']);
		assert.match(error.message, /DB index is out of range/);
	});
});

describe('a server that cannot answer now', () => {
	test('one that loads its data is unreadable until it has', async () => {
		const server = await startRedis({
			config: ['key-load-delay 2000', 'loading-process-events-interval-bytes 1024'],
		});
		const target = connect(server.url);
		let restarted: Promise<void> | undefined;
		try {
			await script(
				server,
				`for key = 1, 500 do redis.call('SET', 'filler:' .. key, 'text') end
				redis.call('XADD', 's', '*', 'a', 'b')`,
			);
			// What is delayed is the loading of the snapshot that this puts in front of the file.
			await server.cli('BGREWRITEAOF');
			await until('the file is rewritten', async () =>
				/aof_rewrite_in_progress:0.*aof_last_bgrewrite_status:ok/s.test(
					await server.cli('INFO', 'persistence'),
				),
			);
			restarted = server.restart();
			const error = await until('the server says that it loads', async () => {
				const reason: unknown = await target.read(AbortSignal.timeout(1000)).catch((e) => e);
				if (!(reason instanceof UnreadableError)) return undefined;
				return reason.problems.some(({ code }) => code === 'loading') && reason;
			});
			assert.ok(
				error.problems.every(({ code }) => code === 'loading'),
				error.message,
			);
			await restarted;
			const reading = await target.read(AbortSignal.timeout(1000));
			assert.deepEqual(reading.problems, []);
			assert.equal(reading.streams.length, 1);
		} finally {
			await restarted;
			await target.close();
			await server.stop();
		}
	});

	test('a replica without its master, and one that may not answer for it', async () => {
		const server = await startRedis({ config: ['replica-serve-stale-data no'] });
		try {
			await server.cli('XADD', 's', '*', 'a', 'b');
			await server.cli('REPLICAOF', '127.0.0.1', '1');
			const error = await unreadable(server.url, { streams: { include: ['s'] } });
			assert.deepEqual(codesOf(error), ['master_down xinfo_groups', 'master_down xinfo_stream']);
		} finally {
			await server.stop();
		}
	});

	test('one that is busy with a script', async () => {
		const server = await startRedis({ config: ['busy-reply-threshold 10'] });
		try {
			const endless = script(server, 'while true do end').catch(() => 'killed');
			await until('the server says that it is busy', async () => {
				const answer = await server.cli('PING').catch(String);
				return answer.includes('BUSY');
			});
			const error = await unreadable(server.url);
			assert.deepEqual(codesOf(error), ['busy time', 'busy scan']);
			await server.cli('SCRIPT', 'KILL');
			assert.equal(await endless, 'killed');
			assert.deepEqual((await readOnce(server.url)).problems, []);
		} finally {
			await server.stop();
		}
	});
});
