import {
	compatibilityFiles,
	prometheusRule,
	ruleFiles,
} from '../deploy/prometheus/source/files.ts';
import { asShipped } from '../deploy/prometheus/source/rule.ts';

/** The generated files of rules: their texts by their paths from the root. */
export function ruleFilesByPath(): Readonly<Record<string, string>> {
	const rules = Object.entries({ ...ruleFiles(asShipped), ...compatibilityFiles() });
	return {
		...Object.fromEntries(rules.map(([name, text]) => [`deploy/prometheus/rules/${name}`, text])),
		'deploy/kubernetes/prometheus-rule.yaml': prometheusRule(),
	};
}
