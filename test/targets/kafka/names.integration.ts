import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BrokerConnection } from '../../../src/targets/kafka/connect/connection.ts';
import type { Request } from '../../../src/targets/kafka/protocol/request.ts';
import type { Target } from '../../../src/targets/target.ts';
import { type Kafka, startKafka, until } from '../../brokers/index.ts';
import { type Seed, seedFor } from './seed.ts';
import { connect, find, lags, read } from './target.ts';
import { groupsListed } from './truth.ts';

let broker: Kafka;
let seed: Seed;
let target: Target;
let connection: BrokerConnection;

before(async () => {
	broker = await startKafka();
	seed = await seedFor(broker.bootstrap);
	await seed.topic('orders', [10]);
	target = connect(broker.bootstrap);
	connection = await BrokerConnection.open(
		{ host: '127.0.0.1', port: broker.port },
		{ clientId: 'names', tls: null, sasl: null, timeoutMs: 10_000, pollTimeoutMs: 10_000 },
		new AbortController().signal,
	);
});

after(async () => {
	connection?.close();
	await Promise.allSettled([seed?.close(), target?.close()]);
	await broker?.stop();
});

/**
 * OffsetCommit of `orders` 0, without a group protocol: other clients send only names that are valid
 * UTF-8. What is written as `\xNN` is sent as that byte.
 */
const offsetCommit: Request<{ readonly group: string; readonly offset: number }, number> = {
	operation: 'offset_commit',
	key: 8,
	versions: [8, 8],
	flexible: true,
	write(writer, { group, offset }) {
		writer.string(group).int32(-1).string('').string(null);
		writer.array([0], (_, partition) => {
			writer.string('orders');
			writer.array([partition], () => {
				writer.int32(partition).int64(offset).int32(-1).string(null).tags();
			});
			writer.tags();
		});
		writer.tags();
	},
	read(reader) {
		const [code = -1] = reader
			.array(() => {
				reader.string();
				const codes = reader.array(() => {
					reader.int32();
					const errorCode = reader.int16();
					reader.tags();
					return errorCode;
				});
				reader.tags();
				return codes;
			})
			.flat();
		reader.tags();
		return code;
	},
};

async function commit(group: string, offset: number): Promise<void> {
	// Right after its start a coordinator does not know yet that it is one, on a busy machine for long.
	await until(
		'the commit is taken',
		async () => {
			const signal = AbortSignal.timeout(10_000);
			assert.equal(await connection.send(offsetCommit, { group, offset }, signal), 0);
			return true;
		},
		{ timeoutMs: 60_000 },
	);
}

/** The group on `orders`, without anything being a problem. */
async function lagOf(group: string): Promise<Record<number, number>> {
	const reading = await read(target);
	assert.deepEqual(reading.problems, []);
	return lags(find(reading, 'orders', group));
}

test('a group id that is not UTF-8 is read under the name that the broker makes of it', async () => {
	await seed.commit('utf-8', 'orders', [1]);
	await commit('a\\xffb', 4);
	// Brokers replace what they cannot decode, when the name arrives: its bytes are nowhere any more.
	assert.ok((await groupsListed(broker)).includes('a\ufffdb'));
	assert.deepEqual(await lagOf('a\ufffdb'), { 0: 6 });
	// So two ids of different bytes are one group, to the broker as here.
	await commit('a\\xfeb', 7);
	assert.deepEqual(await lagOf('a\ufffdb'), { 0: 3 });
});

const names: readonly (readonly [what: string, name: string])[] = [
	['with a null byte', 'nu\u0000ll'],
	['with a carriage return, a tab and an escape', 'line\r\tescape\u001b[31m'],
	['that writes from right to left', '\u202eevil'],
	['beyond the basic plane, and composed', '😀e\u0301'],
	['that looks like an escaped byte', 'back\\x5cxff'],
	['that looks like markup', '<script>"&\'</script>'],
	['that looks like a pattern', '*[a-z]?'],
	['as long as the protocol allows', 'x'.repeat(32_767)],
	['without any character', ''],
];
for (const [what, name] of names) {
	test(`a group id ${what} comes through`, async () => {
		await commit(name, 8);
		assert.deepEqual(await lagOf(name), { 0: 2 });
	});
}
