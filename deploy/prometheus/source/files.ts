import { stringify } from 'yaml';
import { compatibilityRules } from './compat/index.ts';
import { recordingRules } from './recording.ts';
import { asShipped, type RuleGroup, type Time } from './rule.ts';
import { alertRules } from './rules.ts';

const note = '# Generated from deploy/prometheus/source by `npm run docs`; do not edit.\n';

/** The rule files that every Prometheus loads: their texts by their names. */
export function ruleFiles(time: Time): Readonly<Record<string, string>> {
	return {
		'recording.yaml': yaml({ groups: recordingRules(time) }),
		'alerts.yaml': yaml({ groups: alertRules(time) }),
	};
}

/**
 * Rule files of their own, for those who come from another exporter; a site loads the one that it needs.
 */
export function compatibilityFiles(): Readonly<Record<string, string>> {
	return Object.fromEntries(
		compatibilityRules.map((group) => [
			`${group.name.replace('stream-lag-', '')}.yaml`,
			yaml({ groups: [group] }),
		]),
	);
}

/** The rules that everybody loads, for the Prometheus operator. */
export function prometheusRule(): string {
	const groups: readonly RuleGroup[] = [...recordingRules(asShipped), ...alertRules(asShipped)];
	return yaml({
		apiVersion: 'monitoring.coreos.com/v1',
		kind: 'PrometheusRule',
		metadata: {
			name: 'stream-lag-exporter',
			labels: { 'app.kubernetes.io/name': 'stream-lag-exporter' },
		},
		spec: { groups },
	});
}

/** Without folding: an expression keeps the lines that it has. Without anchors: people read it. */
function yaml(value: unknown): string {
	return note + stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
