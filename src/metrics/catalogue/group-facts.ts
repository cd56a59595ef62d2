import type { GroupFamily } from './family.ts';

/** Who reads, and what the group is, in words. */
export const factFamilies: readonly GroupFamily[] = [
	{
		name: 'stream_consumer_members',
		help: 'Readers of the group.',
		type: 'gauge',
		meaning: {
			kafka: 'members with a partition of this topic assigned',
			redis: 'consumers of the group; they never disappear by themselves',
			nats: 'push: 1 bound, 0 not; rolled-up ephemerals: their number',
		},
		value: (consumer) => consumer.members,
	},
	{
		name: 'stream_consumer_idle_seconds',
		help: 'Time since any reader of the group last tried to read.',
		type: 'gauge',
		unit: 'seconds',
		meaning: {
			redis: 'least idle time of the consumers',
			nats: 'since the last delivery or acknowledgement, where the server tells',
		},
		value: (consumer) => consumer.idleSeconds,
	},
	{
		name: 'stream_consumer_waiting_pulls',
		help: 'Pull requests that wait for messages.',
		type: 'gauge',
		meaning: { nats: '`num_waiting` (pull)' },
		value: (consumer) => consumer.waitingPulls,
	},
	{
		name: 'stream_consumer_status',
		help: 'Always 1: how the group fares in one word, for people. Alerts are made of the other metrics.',
		type: 'gauge',
		label: 'status',
		word: (consumer) => consumer.status,
	},
	{
		name: 'stream_consumer_info',
		help: 'Always 1: the kind of the consumer group.',
		type: 'gauge',
		label: 'kind',
		meaning: {
			kafka:
				'classic, consumer (KIP-848), share, streams, simple (offsets committed without a group protocol); absent where the broker does not tell',
			redis: 'group',
			nats: 'push, pull',
		},
		word: (consumer) => consumer.kind,
	},
	{
		name: 'stream_consumer_state',
		help: "Always 1: the broker's word for the state of the group.",
		type: 'gauge',
		label: 'state',
		meaning: {
			kafka: 'stable, empty, preparing_rebalance, completing_rebalance, dead, …',
			nats: 'active, paused',
		},
		word: (consumer) => consumer.state,
	},
];
