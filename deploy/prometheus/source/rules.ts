import { exporterAlerts } from './alerts/exporter.ts';
import { knowledgeAlerts } from './alerts/knowledge.ts';
import { objectiveAlerts } from './alerts/objectives.ts';
import { pendingAlerts } from './alerts/pending.ts';
import { progressAlerts } from './alerts/progress.ts';
import { retentionAlerts } from './alerts/retention.ts';
import { streamAlerts } from './alerts/streams.ts';
import { targetAlerts } from './alerts/targets.ts';
import type { AlertRule, RuleGroup, Time } from './rule.ts';

/** Every alert, in groups of what they are about. */
export function alertRules(time: Time): readonly RuleGroup<AlertRule>[] {
	return [
		{ name: 'stream-lag-objectives', rules: objectiveAlerts(time) },
		{ name: 'stream-lag-progress', rules: progressAlerts(time) },
		{ name: 'stream-lag-retention', rules: retentionAlerts(time) },
		{ name: 'stream-lag-pending', rules: pendingAlerts(time) },
		{ name: 'stream-lag-knowledge', rules: knowledgeAlerts(time) },
		{ name: 'stream-lag-stream-lengths', rules: streamAlerts(time) },
		{ name: 'stream-lag-targets', rules: targetAlerts(time) },
		{ name: 'stream-lag-exporter', rules: exporterAlerts(time) },
	];
}
