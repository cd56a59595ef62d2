import { grouped } from '../../amounts.ts';
import type { Consumer } from '../../model.ts';
import { type Html, html } from './html.ts';

const width = 80;
const height = 20;
const margin = 2;

/**
 * The lag of the last polls as a line from 0 to the largest of them, with gaps where it was not
 * read. Nothing without two known lags.
 */
export function sparkline({ recentLags }: Consumer): Html | undefined {
	const lags = Array.from(recentLags ?? []);
	const known = lags.filter((lag) => !Number.isNaN(lag));
	const [first, last] = [known[0], known.at(-1)];
	if (first === undefined || last === undefined || known.length < 2) return undefined;
	const largest = Math.max(...known);
	const label = `Lag of the last ${known.length} polls: from ${grouped(first)} to ${grouped(last)}, at most ${grouped(largest)}`;
	return html`<svg class="sparkline" role="img" aria-label="${label}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><path d="${path(lags, largest)}"/></svg>`;
}

function path(lags: readonly number[], largest: number): string {
	const steps: string[] = [];
	let drawing = false;
	for (const [index, lag] of lags.entries()) {
		if (Number.isNaN(lag)) {
			drawing = false;
			continue;
		}
		const x = margin + (index * (width - 2 * margin)) / (lags.length - 1);
		const y = height - margin - (largest === 0 ? 0 : (lag / largest) * (height - 2 * margin));
		steps.push(`${drawing ? 'L' : 'M'}${rounded(x)} ${rounded(y)}`);
		// A point alone becomes a dot, for the ends of lines are round.
		if (!drawing) steps.push('h0');
		drawing = true;
	}
	return steps.join('');
}

function rounded(value: number): string {
	return String(Math.round(value * 10) / 10);
}
