import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startKafka } from './index.ts';
import { livesAsPromised } from './life.ts';

// After a crash a node is let in again when the session of the one before it has expired.
const kafka = await startKafka({ config: ['broker.session.timeout.ms=2000'] });
after(() => kafka.stop());

const topics = (...args: string[]): Promise<string> =>
	kafka.tool(
		'org.apache.kafka.tools.TopicCommand',
		...['--bootstrap-server', kafka.bootstrap, ...args],
	);

test('an error of a tool is an error of the call', async () => {
	await assert.rejects(topics('--no-such-option'), /no-such-option is not a recognized option/);
});

test('the tools of other jobs than topics are there', async () => {
	const groups = await kafka.tool(
		'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
		...['--bootstrap-server', kafka.bootstrap, '--list'],
	);
	assert.equal(groups.trim(), '');
});

test('Kafka keeps its ports and its data until it is stopped', async () => {
	await topics('--create', '--topic', 'orders', '--partitions', '3');
	const listed = async (): Promise<string> => {
		const described = await topics('--describe', '--topic', 'orders');
		return /PartitionCount: \d+/.exec(described)?.[0] ?? described;
	};
	await livesAsPromised(kafka, listed, 'PartitionCount: 3', 4000);
});
