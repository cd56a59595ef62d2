import type { TargetFamily } from './family.ts';

/** One series for each target. */
export const targetFamilies: readonly TargetFamily[] = [
	{
		name: 'stream_target_up',
		help: '1 when the last poll read the target, wholly or in part; 0 when it could not. Absent until a first poll has ended.',
		type: 'gauge',
		value: ({ state }) =>
			state.lastResult === undefined ? undefined : state.lastResult === 'failed' ? 0 : 1,
	},
	{
		name: 'stream_target_info',
		help: 'Always 1: the version of the server, as it tells.',
		type: 'gauge',
		label: 'version',
		meaning: {
			redis: '`redis_version` of INFO; on Valkey its own version',
			nats: 'version of the server that the connection is to',
		},
		word: ({ state }) => state.version,
	},
	{
		name: 'stream_target_poll_interval_seconds',
		help: 'Time between the starts of two polls, as configured.',
		type: 'gauge',
		unit: 'seconds',
		value: ({ state }) => state.pollIntervalSeconds,
	},
	{
		name: 'stream_target_poll_duration_seconds',
		help: 'How long polls took.',
		type: 'histogram',
		unit: 'seconds',
		histogram: ({ state }) => state.pollDurations,
	},
	{
		name: 'stream_target_last_success_timestamp_seconds',
		help: 'When a poll last read the target, wholly or in part, in seconds since 1970.',
		type: 'gauge',
		unit: 'seconds',
		value: ({ state }) => state.lastSuccessTimestampSeconds,
	},
	{
		name: 'stream_target_polls_total',
		help: 'Polls by result: ok, partial (a part could not be read), failed (nothing could).',
		type: 'counter',
		label: 'result',
		samples: ({ state }) => Object.entries(state.polls),
	},
	{
		name: 'stream_target_problems_total',
		help: 'Problems met while polling, by code.',
		type: 'counter',
		label: 'problem',
		samples: ({ state }) => Object.entries(state.problemCounts),
	},
	{
		name: 'stream_target_requests_total',
		help: 'Requests sent to the brokers, by operation.',
		type: 'counter',
		label: 'operation',
		samples: ({ state }) => Object.entries(state.requestCounts),
	},
	{
		name: 'stream_target_streams',
		help: 'Streams exported.',
		type: 'gauge',
		value: ({ streams }) => streams,
	},
	{
		name: 'stream_target_groups',
		help: 'Consumer groups exported; one that reads several streams counts once for each.',
		type: 'gauge',
		value: ({ groups }) => groups,
	},
	{
		name: 'stream_target_series',
		help: 'Series of groups, streams and partitions exported.',
		type: 'gauge',
		value: ({ series }) => series,
	},
	{
		name: 'stream_target_series_limit',
		help: 'Most series that the target may have: its own limit, or what the limit of the whole exporter leaves it.',
		type: 'gauge',
		value: ({ seriesLimit }) => seriesLimit,
	},
	{
		name: 'stream_target_series_dropped',
		help: 'Series that are left out for the limit: first those of single partitions, then groups without an objective or expectation of their own, those seen last first.',
		type: 'gauge',
		value: ({ seriesDropped }) => seriesDropped,
	},
];
