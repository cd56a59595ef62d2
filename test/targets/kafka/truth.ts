import type { Kafka } from '../../brokers/index.ts';

/** What the broker's own tool says: lag by partition, for each group and topic. */
export async function describeGroups(broker: Kafka): Promise<Map<string, Record<number, number>>> {
	const output = await broker.tool(
		'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
		...['--bootstrap-server', broker.bootstrap, '--describe', '--all-groups'],
	);
	const truth = new Map<string, Record<number, number>>();
	for (const line of output.split('\n')) {
		const [group, topic, partition, , , lag] = line.trim().split(/\s+/);
		if (!/^\d+$/.test(partition ?? '') || !/^\d+$/.test(lag ?? '')) continue;
		const key = `${topic}/${group}`;
		truth.set(key, { ...truth.get(key), [Number(partition)]: Number(lag) });
	}
	return truth;
}

/** The groups that the broker's own tool lists. */
export async function groupsListed(broker: Kafka): Promise<readonly string[]> {
	const output = await broker.tool(
		'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
		...['--bootstrap-server', broker.bootstrap, '--list'],
	);
	return output.split('\n').filter((line) => line !== '');
}
