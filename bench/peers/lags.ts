import { labelsOf } from '../../demo/metrics.ts';
import { valuesOf } from '../../test/e2e/exporter.ts';
import type { Lags } from './contender.ts';

/** How many lags a text of metrics tells rightly. */
export function rightLags(
	text: string,
	{ metric, labels }: Lags,
	truth: ReadonlyMap<string, number>,
): number {
	let right = 0;
	for (const [labelText, value] of Object.entries(valuesOf(text, metric))) {
		const told = labelsOf(labelText);
		const key = labels.map((label) => told[label]).join(' ');
		if (truth.get(key) === value) right += 1;
	}
	return right;
}

/** Lines of metrics that are no comments. */
export function seriesIn(text: string): number {
	return text.match(/^[a-z]/gim)?.length ?? 0;
}
