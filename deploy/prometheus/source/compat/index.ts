import type { RecordingRule, RuleGroup } from '../rule.ts';
import { burrow, burrowExporter } from './burrow.ts';
import { kafkaExporter } from './kafka-exporter.ts';
import { kafkaLagExporter, klagExporter } from './kafka-lag-exporter.ts';
import { kminion } from './kminion.ts';
import { natsSurveyor, prometheusNatsExporter } from './nats-exporters.ts';
import { redisExporter } from './redis-exporter.ts';

/**
 * Rules that record our values under the names of other exporters, for the time of a move; one group
 * an exporter. docs/migrating.md tells what differs, and what has no equal and therefore no rule.
 */
export const compatibilityRules: readonly RuleGroup<RecordingRule>[] = [
	kafkaExporter,
	kminion,
	burrow,
	burrowExporter,
	kafkaLagExporter,
	klagExporter,
	redisExporter,
	prometheusNatsExporter,
	natsSurveyor,
];
