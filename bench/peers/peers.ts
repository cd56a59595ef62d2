import type { Peer } from './contender.ts';
import { natsSystem } from './installation.ts';

/** Other exporters of the same lags, with what they need to be told to export them all. */
export const peers: readonly Peer[] = [
	{
		name: 'kafka_exporter',
		variable: 'KAFKA_EXPORTER',
		platform: 'kafka',
		lags: {
			metric: 'kafka_consumergroup_lag',
			labels: ['consumergroup', 'topic', 'partition'],
		},
		versionFlag: '--version',
		args: ({ server }, port) => [
			`--kafka.server=${server}`,
			`--web.listen-address=127.0.0.1:${port}`,
		],
		ready: /Listening on HTTP/,
	},
	{
		name: 'kminion',
		variable: 'KMINION',
		platform: 'kafka',
		lags: {
			metric: 'kminion_kafka_consumer_group_topic_partition_lag',
			labels: ['group_id', 'topic_name', 'partition_id'],
		},
		args: () => [],
		env: ({ server }, port) => ({
			KAFKA_BROKERS: server,
			EXPORTER_HOST: '127.0.0.1',
			EXPORTER_PORT: String(port),
		}),
		ready: /listening on address/,
	},
	{
		name: 'redis_exporter',
		variable: 'REDIS_EXPORTER',
		platform: 'redis',
		lags: { metric: 'redis_stream_group_lag', labels: ['group', 'stream'] },
		versionFlag: '--version',
		args: ({ server }, port) => [
			`--redis.addr=redis://${server}`,
			'--check-streams=orders:*',
			`--web.listen-address=127.0.0.1:${port}`,
		],
		ready: /Providing metrics/,
	},
	{
		name: 'prometheus-nats-exporter',
		variable: 'PROMETHEUS_NATS_EXPORTER',
		platform: 'nats',
		lags: { metric: 'jetstream_consumer_num_pending', labels: ['consumer_name', 'stream_name'] },
		versionFlag: '-version',
		args: ({ monitor }, port) => [
			'-addr=127.0.0.1',
			`-port=${port}`,
			'-jsz=all',
			`http://${monitor}`,
		],
		ready: /exporter listening/,
	},
	{
		name: 'nats-surveyor',
		variable: 'NATS_SURVEYOR',
		platform: 'nats',
		lags: { metric: 'nats_consumer_num_pending', labels: ['consumer_name', 'stream'] },
		versionFlag: '--version',
		args: ({ server }, port) => [
			`--servers=nats://${server}`,
			`--user=${natsSystem.user}`,
			`--password=${natsSystem.password}`,
			'--addr=127.0.0.1',
			`--port=${port}`,
			'--jsz=all',
		],
		ready: /exporter listening/,
	},
];
