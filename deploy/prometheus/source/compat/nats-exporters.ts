import type { RecordingRule, RuleGroup } from '../rule.ts';
import { compatible, type Labels, renamed, told } from './renamed.ts';

/** What both tell of consumers, by the metric of ours that is the same. */
const consumerMetrics = {
	num_pending: 'stream_consumer_lag',
	num_ack_pending: 'stream_consumer_pending',
	num_redelivered: 'stream_consumer_redelivered',
	num_waiting: 'stream_consumer_waiting_pulls',
};

const streamMetrics = {
	total_messages: 'stream_length',
	total_bytes: 'stream_bytes',
};

/** @param labels - what series of streams, and of consumers, carry */
function natsRules(
	exporter: string,
	prefix: string,
	streamLabel: string,
	ofStreams: Readonly<Record<string, string>>,
	labels: { readonly streams: Labels; readonly consumers: Labels },
): RuleGroup<RecordingRule> {
	const stream: Labels = { instance: 'target', [streamLabel]: 'stream' };
	const consumer: Labels = { ...stream, consumer_name: 'consumer_group' };
	const streams: Record<string, string> = {};
	for (const [theirs, ours] of Object.entries(ofStreams)) {
		streams[`${prefix}_stream_${theirs}`] = renamed(told(ours, 'nats', 'stream'), stream);
	}
	const consumers: Record<string, string> = {};
	for (const [theirs, ours] of Object.entries(consumerMetrics)) {
		consumers[`${prefix}_consumer_${theirs}`] = renamed(told(ours, 'nats', 'group'), consumer);
	}
	const { name, rules } = compatible(exporter, labels.streams, streams);
	return { name, rules: [...rules, ...compatible(exporter, labels.consumers, consumers).rules] };
}

/**
 * Names of nats-io/prometheus-nats-exporter 0.20. It tells every server's view, and dashboards select
 * the leader's, which is the one that is read here.
 */
export const prometheusNatsExporter = natsRules(
	'prometheus-nats-exporter',
	'jetstream',
	'stream_name',
	{ ...streamMetrics, limit_messages: 'stream_length_limit' },
	{
		streams: { job: 'nats', is_stream_leader: 'true' },
		consumers: { job: 'nats', is_consumer_leader: 'true' },
	},
);

const ofSurveyor = { job: 'nats-surveyor' };

/** Names of nats-io/nats-surveyor 0.9. */
export const natsSurveyor = natsRules('nats-surveyor', 'nats', 'stream', streamMetrics, {
	streams: ofSurveyor,
	consumers: ofSurveyor,
});
