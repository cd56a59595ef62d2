import { exporterFamilies } from '../../src/metrics/catalogue/exporter.ts';
import type { Declaration } from '../../src/metrics/catalogue/family.ts';
import { groupFamilies } from '../../src/metrics/catalogue/group.ts';
import { expectationFamilies } from '../../src/metrics/catalogue/objective.ts';
import { streamFamilies } from '../../src/metrics/catalogue/stream.ts';
import { targetFamilies } from '../../src/metrics/catalogue/target.ts';
import { processMetrics } from '../../src/metrics/process.ts';

/** Metrics that the catalogue declares. */
export const catalogueNames: ReadonlySet<string> = new Set(
	[
		...groupFamilies,
		...expectationFamilies,
		...streamFamilies,
		...targetFamilies,
		...Object.values<Declaration>(exporterFamilies),
	].flatMap(({ name, type }) =>
		type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
	),
);

/** What Prometheus itself writes. */
export const ofPrometheus: ReadonlySet<string> = new Set(['up', 'ALERTS']);

/** What prom-client measures of the process. */
export async function processNames(): Promise<ReadonlySet<string>> {
	const { plain } = await processMetrics({ version: '', revision: '', nodeVersion: '' }).render();
	return new Set([...plain.toString().matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
}
