import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connect } from 'nats';
import { startNats } from './index.ts';
import { livesAsPromised } from './life.ts';

const user = { user: 'shop', pass: 'secret' };
const nats = await startNats({
	config: 'accounts { SHOP { jetstream: enabled, users: [{ user: shop, password: secret }] } }',
});
after(() => nats.stop());

test('NATS keeps its port and its data until it is stopped', async () => {
	const connection = await connect({ servers: nats.url, ...user });
	const manager = await connection.jetstreamManager();
	await manager.streams.add({ name: 'orders', subjects: ['orders.*'] });
	await connection.jetstream().publish('orders.new');
	await connection.close();

	const kept = async (): Promise<string> => {
		const { messages } = (await nats.monitor('/jsz')) as { messages: number };
		return `${messages} messages`;
	};
	await livesAsPromised(nats, kept, '1 messages', 500);
});

test('NATS without JetStream has none', async (t) => {
	const plain = await startNats({ jetstream: false });
	t.after(() => plain.stop());
	assert.equal(((await plain.monitor('/jsz')) as { disabled?: boolean }).disabled, true);
});

test('a configuration that NATS refuses is shown in its words', async () => {
	await assert.rejects(
		startNats({ config: 'no_such_field: 1' }),
		/died at its start.*no_such_field/s,
	);
});
