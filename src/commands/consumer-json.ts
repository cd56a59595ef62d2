import type { Consumer } from '../model.ts';

/** A consumer for programs: keys are labels and metrics of `/metrics`; what is unknown is left out. */
export function consumerJson(consumer: Consumer) {
	return {
		target: consumer.target,
		platform: consumer.platform,
		stream: consumer.stream,
		consumer_group: consumer.consumerGroup,
		kind: consumer.kind,
		state: consumer.state,
		status: consumer.status,
		status_reason: consumer.statusReason,
		lag: consumer.lag,
		lag_uncertainty: consumer.lagUncertainty,
		lag_unknown: consumer.lagUnknown,
		lag_seconds: consumer.lagSeconds,
		partition_lag_max: consumer.partitionLagMax,
		partitions_unknown: consumer.partitionsUnknown,
		partitions_stalled: consumer.partitionsStalled,
		stalled_seconds: consumer.stalledSeconds,
		stopped_seconds: consumer.stoppedSeconds,
		pending: consumer.pending,
		pending_age_seconds: consumer.pendingAgeSeconds,
		pending_idle_seconds: consumer.pendingIdleSeconds,
		pending_abandoned: consumer.pendingAbandoned,
		oldest_pending_deliveries: consumer.oldestPendingDeliveries,
		pending_limit: consumer.pendingLimit,
		redelivered: consumer.redelivered,
		exhausted_total: consumer.exhaustedTotal,
		members: consumer.members,
		idle_seconds: consumer.idleSeconds,
		waiting_pulls: consumer.waitingPulls,
		consumed_total: consumer.consumedTotal,
		lost_total: consumer.lostTotal,
		retention_used_ratio: consumer.retentionUsedRatio,
		retention_headroom_seconds: consumer.retentionHeadroomSeconds,
		drain_seconds: consumer.drainSeconds,
		objective: consumer.objective.name,
		severity: consumer.objective.severity,
		partitions: partitions(consumer),
	};
}

function partitions({ partitions: columns }: Consumer) {
	if (!columns) return undefined;
	const known = (value: number | undefined) => (Number.isNaN(value) ? undefined : value);
	return Array.from(columns.ids, (partition, row) => ({
		partition,
		lag: known(columns.lag[row]),
		offset: known(columns.committed[row]),
	}));
}
