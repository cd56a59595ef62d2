import { median, quantile, row, short } from '../numbers.ts';
import type { Counts, Round } from './measure.ts';

/** Everything that was measured of one contender. */
export interface Measured {
	readonly name: string;
	readonly rounds: readonly Round[];
	readonly counts: Counts;
}

export const heading = [
	row([
		'read by',
		'reading ms',
		'CPU ms a reading',
		"broker's CPU ms",
		'scrape ms, gzip',
		'scrape ms, plain',
		'RSS MB, at rest',
		'peak',
		'KB on the wire',
		'series',
		'lags right',
	]),
	row(['---', ...Array<string>(10).fill('---:')]),
].join('\n');

/** What the columns mean. */
export const legend = `Reading: until all values are served; median, least to most of all readings, and how many times that of
the first row. CPU: user and system time of the process for a reading and a scrape; median, least to most of
the rounds, times the first row. Broker's CPU: beyond what it takes when nobody reads. Scrapes: p50 / p99 of
those that fell into a reading. Peak: through the scrapes. On the wire: between exporter and broker, both
ways, for a reading. 1 MB is 1,000,000 bytes.`;

/** @param first - what ratios refer to */
export function line(measured: Measured, first: Measured): string {
	const { name, rounds, counts } = measured;
	const middle = (pick: (round: Round) => number) => short(median(rounds.map(pick)));
	const scrapes = (pick: (round: Round) => readonly number[]) => {
		const all = rounds.flatMap(pick);
		return `${short(median(all))} / ${short(quantile(all, 0.99))}`;
	};
	return row([
		name,
		spread(readingsMs(measured), readingsMs(first)),
		spread(cpusMs(measured), cpusMs(first)),
		middle(({ brokerCpuMs }) => brokerCpuMs),
		scrapes(({ scraped }) => scraped.gzipMs),
		scrapes(({ scraped }) => scraped.plainMs),
		middle(({ restingBytes }) => restingBytes / 1e6),
		middle(({ peakBytes }) => peakBytes / 1e6),
		short(counts.bytes / 1000),
		counts.series.toLocaleString('en-US'),
		`${counts.rightLags.toLocaleString('en-US')} of ${counts.lags.toLocaleString('en-US')}`,
	]);
}

const readingsMs = ({ rounds }: Measured) =>
	rounds.flatMap(({ times }) => times.map(({ totalMs }) => totalMs));
const cpusMs = ({ rounds }: Measured) => rounds.map(({ cpuMs }) => cpuMs);

/** `62 (58–71), ×2.1` */
function spread(values: readonly number[], first: readonly number[]): string {
	const ratio = median(values) / median(first);
	return `${short(median(values))} (${short(Math.min(...values))}–${short(Math.max(...values))}), ×${short(ratio)}`;
}
