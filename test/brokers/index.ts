export {
	type Alertmanager,
	findAlertmanager,
	findAmtool,
	isAlertmanagerAtHand,
	startAlertmanager,
} from './alertmanager.ts';
export { type Certificate, type Certificates, makeCertificates } from './certificates.ts';
export type { FoundServer, Progress } from './found.ts';
export type { JavaProgram } from './java-program.ts';
export { type Kafka, type KafkaOptions, runKafkaTool, startKafka } from './kafka.ts';
export { type KafkaCluster, startKafkaCluster } from './kafka-cluster.ts';
export { findKafka } from './kafka-jars.ts';
export { makeTopics } from './kafka-topics.ts';
export { findNats, type Nats, type NatsOptions, type NatsRelease, startNats } from './nats.ts';
export { isReady, type NatsCluster, startNatsCluster } from './nats-cluster.ts';
export {
	type Alert,
	findPrometheus,
	findPromtool,
	isPrometheusAtHand,
	type Prometheus,
	type PrometheusOptions,
	startPrometheus,
} from './prometheus.ts';
export {
	findRedis,
	type Redis,
	type RedisOptions,
	type RedisRelease,
	startRedis,
} from './redis.ts';
export { type RedisCluster, startRedisCluster } from './redis-cluster.ts';
export { type RedisSentinels, startRedisSentinels } from './redis-sentinels.ts';
export { until } from './until.ts';
