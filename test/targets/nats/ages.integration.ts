import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { DeliverPolicy } from 'nats';
import type { Group } from '../../../src/model.ts';
import { type Nats, type NatsRelease, startNats, until } from '../../brokers/index.ts';
import { acknowledge, openClient } from './client.ts';
import { byName, connectTo, readOnce, sent } from './target.ts';

for (const release of ['newest', 'older'] satisfies NatsRelease[]) {
	describe(`ages on the ${release} nats-server`, () => {
		let server: Nats;
		let client: Awaited<ReturnType<typeof openClient>>;

		before(async () => {
			server = await startNats({ release });
			client = await openClient(server.url);
		});
		after(async () => {
			await client?.close();
			await server?.stop();
		});

		/** Looks whether an age is that of a message, whose time a second client tells. */
		async function isAgeOf(
			seconds: number | undefined,
			stream: string,
			sequence: number,
			readAtMs: { readonly from: number; readonly to: number },
		) {
			const { time } = await client.manager.streams.getMessage(stream, { seq: sequence });
			const from = (readAtMs.from - time.getTime()) / 1000 - 0.05;
			const to = (readAtMs.to - time.getTime()) / 1000 + 0.05;
			assert.ok(
				seconds !== undefined && seconds >= from && seconds <= to,
				`${seconds} s is not the age of ${stream}/${sequence}: ${from} to ${to}`,
			);
		}

		async function read(name: string, options: Record<string, unknown> = {}) {
			const from = Date.now();
			const reading = await readOnce(server.url, options);
			assert.deepEqual(reading.problems, []);
			const group: Partial<Group> = byName(reading).get(name) ?? {};
			return { ...group, at: { from, to: Date.now() } };
		}

		/** Publishes messages that differ in their time by so much that it shows. */
		async function publishApart(subjects: readonly string[]): Promise<void> {
			for (const subject of subjects) {
				const sentAtMs = Date.now();
				await client.publish(subject, 1);
				await until('the clock has moved on', () => Date.now() > sentAtMs + 150, { everyMs: 20 });
			}
		}

		test('ages are those of the oldest message not delivered and not acknowledged', async () => {
			for (const allow_direct of [true, false]) {
				const stream = `aged-${allow_direct}`;
				await client.addStream({ name: stream, subjects: [stream], allow_direct });
				await client.addConsumer(stream, { durable_name: 'reader' });
				await publishApart([stream, stream, stream, stream]);
				const untouched = await read(`${stream}/reader`);
				await isAgeOf(untouched.lagSeconds, stream, 1, untouched.at);
				assert.equal(untouched.pendingAgeSeconds, undefined);

				const taken = await client.take(stream, 'reader', 3);
				await acknowledge(taken.slice(0, 1));
				const halfway = await read(`${stream}/reader`);
				await isAgeOf(halfway.lagSeconds, stream, 4, halfway.at);
				await isAgeOf(halfway.pendingAgeSeconds, stream, 2, halfway.at);

				await acknowledge([...taken.slice(1), ...(await client.take(stream, 'reader', 1))]);
				const done = await read(`${stream}/reader`);
				assert.equal(done.lagSeconds, 0);
				assert.equal(done.pendingAgeSeconds, undefined);
				assert.equal(done.pending, 0);
			}
		});

		test('a filter, and messages that were deleted, are passed over', async () => {
			await client.addStream({ name: 'sparse', subjects: ['sparse.>'] });
			await client.addConsumer('sparse', { durable_name: 'b', filter_subject: 'sparse.*.b' });
			await publishApart(['sparse.x.a', 'sparse.x.b', 'sparse.y.a', 'sparse.y.b']);
			const target = connectTo(server.url);
			try {
				const age = async () => {
					const from = Date.now();
					const reading = await target.read(AbortSignal.timeout(10_000));
					const seconds = byName(reading).get('sparse/b')?.lagSeconds;
					return [seconds, { from, to: Date.now() }] as const;
				};
				const [first, firstAt] = await age();
				await isAgeOf(first, 'sparse', 2, firstAt);
				// Nothing of the consumer moves by that; what is remembered must not be believed.
				await client.manager.streams.deleteMessage('sparse', 2);
				const [second, secondAt] = await age();
				await isAgeOf(second, 'sparse', 4, secondAt);
			} finally {
				await target.close();
			}
		});

		test('one that began later in its stream has no age of messages before', async () => {
			await client.addStream({ name: 'late', subjects: ['late'] });
			await publishApart(['late', 'late', 'late']);
			await client.addConsumer('late', {
				durable_name: 'third',
				deliver_policy: DeliverPolicy.StartSequence,
				opt_start_seq: 3,
			});
			await client.addConsumer('late', { durable_name: 'new', deliver_policy: DeliverPolicy.New });
			await publishApart(['late', 'late']);
			await client.take('late', 'third', 1);
			const third = await read('late/third');
			await isAgeOf(third.lagSeconds, 'late', 4, third.at);
			// An older server does not tell that the first two were never for it.
			if (release === 'newest') await isAgeOf(third.pendingAgeSeconds, 'late', 3, third.at);
			else assert.equal(third.pendingAgeSeconds, undefined);
			await client.take('late', 'new', 1);
			const fresh = await read('late/new');
			await isAgeOf(fresh.lagSeconds, 'late', 5, fresh.at);
			if (release === 'newest') await isAgeOf(fresh.pendingAgeSeconds, 'late', 4, fresh.at);
			else assert.equal(fresh.pendingAgeSeconds, undefined);
		});

		test('a consumer for the last message of each subject has the age of what came after it', async () => {
			await client.addStream({ name: 'lasts', subjects: ['lasts.>'] });
			await client.publish('lasts.a', 2);
			await client.publish('lasts.b', 2);
			await client.addConsumer('lasts', {
				durable_name: 'newest',
				deliver_policy: DeliverPolicy.LastPerSubject,
				filter_subject: 'lasts.>',
			});
			assert.equal((await read('lasts/newest')).lagSeconds, undefined);
			await acknowledge(await client.take('lasts', 'newest', 2));
			assert.equal((await read('lasts/newest')).lagSeconds, 0);
			await publishApart(['lasts.a']);
			const behind = await read('lasts/newest');
			await isAgeOf(behind.lagSeconds, 'lasts', 5, behind.at);
		});

		test('nothing is asked while nothing moves, nor where ages are not wanted', async () => {
			const target = connectTo(server.url, { streams: { include: ['aged-*'] } });
			const readAgain = () => target.read(AbortSignal.timeout(10_000));
			try {
				for (const direct of [true, false]) await client.publish(`aged-${direct}`, 1);
				await readAgain();
				const { direct_get, message_get } = sent(target);
				assert.deepEqual({ direct_get, message_get }, { direct_get: 1, message_get: 1 });
				const reading = await readAgain();
				assert.equal(sent(target).direct_get, 1);
				assert.equal(sent(target).message_get, 1);
				assert.ok((byName(reading).get('aged-true/reader')?.lagSeconds ?? 0) > 0);
				// It moves on one stream only; what was undelivered and known is now unacknowledged.
				await client.publish('aged-true', 1);
				await client.take('aged-true', 'reader', 1);
				const moved = byName(await readAgain()).get('aged-true/reader');
				assert.equal(sent(target).direct_get, 2);
				assert.ok((moved?.pendingAgeSeconds ?? 0) > (moved?.lagSeconds ?? 0));
				assert.equal(sent(target).message_get, 1);
			} finally {
				await target.close();
			}
			const without = await read('aged-true/reader', { time_lag: 'none' });
			assert.equal(without.pending, 1);
			assert.equal(without.pendingAgeSeconds, undefined);
			assert.equal(without.lagSeconds, undefined);
		});

		test('headers that no client library takes hide no age', async () => {
			await client.addStream({ name: 'headed', subjects: ['headed'], allow_direct: true });
			await client.addConsumer('headed', { durable_name: 'reader' });
			const status = 'NATS/1.0 503 Not really\r\n\r\n';
			for (const headers of ['NATS/1.0\r\nnot a key: x\r\n\r\n', status]) {
				await publishRaw(server.port, 'headed', headers);
			}
			await until('both are stored', async () => {
				return (await client.manager.streams.info('headed')).state.messages === 2;
			});
			const first = await read('headed/reader');
			await isAgeOf(first.lagSeconds, 'headed', 1, first.at);
			await client.take('headed', 'reader', 1);
			const second = await read('headed/reader');
			await isAgeOf(second.lagSeconds, 'headed', 2, second.at);
		});
	});
}

test('with several filters the oldest message of any counts, and with too many none', async () => {
	const server = await startNats();
	const client = await openClient(server.url);
	try {
		await client.addStream({ name: 'm', subjects: ['m.>'] });
		const letters = [...'abcdefghi'];
		await client.addConsumer('m', { durable_name: 'two', filter_subjects: ['m.b', 'm.c'] });
		await client.addConsumer('m', {
			durable_name: 'nine',
			filter_subjects: letters.map((letter) => `m.${letter}`),
		});
		await client.publish('m.a', 1);
		const before = Date.now();
		await until('the clock has moved on', () => Date.now() > before + 300);
		await client.publish('m.c', 1);
		await client.publish('m.b', 1);
		const fromMs = Date.now();
		const reading = await readOnce(server.url);
		const toMs = Date.now();
		assert.deepEqual(reading.problems, []);
		const age = byName(reading).get('m/two')?.lagSeconds ?? Number.NaN;
		const { time } = await client.manager.streams.getMessage('m', { seq: 2 });
		const [least, most] = [fromMs, toMs].map((ms) => (ms - time.getTime()) / 1000);
		assert.ok(
			age >= (least ?? 0) - 0.05 && age <= (most ?? 0) + 0.05,
			`${age} s is not between ${least} s and ${most} s`,
		);
		assert.equal(byName(reading).get('m/nine')?.lagSeconds, undefined);
		assert.deepEqual(byName(reading).get('m/nine')?.lag, { messages: 3 });
	} finally {
		await client.close();
		await server.stop();
	}
});

/** Publishes with headers as they are given, which libraries would not. */
async function publishRaw(port: number, subject: string, headers: string): Promise<void> {
	const socket = createConnection({ host: '127.0.0.1', port });
	await once(socket, 'connect');
	const size = Buffer.byteLength(headers);
	socket.write('CONNECT {"verbose":false,"headers":true}\r\n');
	socket.end(`HPUB ${subject} ${size} ${size}\r\n${headers}\r\nPING\r\n`);
	socket.resume();
	await once(socket, 'close');
}
