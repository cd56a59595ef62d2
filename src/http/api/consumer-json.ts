import type { Consumer, Position } from '../../model.ts';

/**
 * A consumer for programs: keys are labels and metrics of `/metrics` without their common beginning;
 * what is unknown is left out.
 */
export function consumerJson(consumer: Consumer) {
	const { objective, breaches } = consumer;
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
		position: position(consumer.position),
		acknowledged: position(consumer.acknowledged),
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
		objective: objective.name,
		severity: objective.severity,
		objective_lag: objective.lag,
		objective_lag_seconds: objective.lagSeconds,
		objective_pending_age_seconds: objective.pendingAgeSeconds,
		objective_stalled_seconds: objective.stalledAfterSeconds,
		breached: [
			...(breaches.lag ? ['lag'] : []),
			...(breaches.lagSeconds ? ['lag_seconds'] : []),
			...(breaches.pendingAge ? ['pending_age'] : []),
		],
	};
}

/** The same with each partition, where they are told. */
export function consumerWithPartitionsJson(consumer: Consumer) {
	return { ...consumerJson(consumer), partitions: partitions(consumer) };
}

function partitions({ partitions: columns }: Consumer) {
	if (!columns) return undefined;
	const known = (value: number | undefined) => (Number.isNaN(value) ? undefined : value);
	return Array.from(columns.ids, (partition, row) => ({
		partition,
		lag: known(columns.lags[columns.lagsFrom + row]),
		offset: known(columns.committed?.[row]),
	}));
}

/** As in the model: `major` is a sequence or the milliseconds of an id, `minor` the rest of an id. */
function position(place: Position | undefined) {
	return place && { major: place.major, minor: place.minor };
}
