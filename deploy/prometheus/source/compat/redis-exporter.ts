import { compatible, renamed, told } from './renamed.ts';

/** Its label `db` is left out: a target reads one database, whose number is no label of ours. */
const stream = { instance: 'target', stream: 'stream' };
const group = { ...stream, group: 'consumer_group' };

/** Names of oliver006/redis_exporter 1.88, of streams. */
export const redisExporter = compatible(
	'redis-exporter',
	{ job: 'redis_exporter' },
	{
		redis_stream_length: renamed(told('stream_length', 'redis', 'stream'), stream),
		redis_stream_groups: renamed(told('stream_consumers', 'redis', 'stream'), stream),
		redis_stream_group_lag: renamed(told('stream_consumer_lag', 'redis', 'group'), group),
		redis_stream_group_messages_pending: renamed(
			told('stream_consumer_pending', 'redis', 'group'),
			group,
		),
		redis_stream_group_consumers: renamed(told('stream_consumer_members', 'redis', 'group'), group),
	},
);
