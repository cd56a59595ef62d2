import { parse, stringify } from 'yaml';

/** One of promtool's tests of rules: series, and what is expected of the alerts at times. */
export interface Story {
	readonly name: string;
	readonly interval: string;
	readonly input_series?: readonly Series[];
	readonly promql_expr_test: readonly Expectation[];
}

export interface Series {
	/** As in the text format: `stream_length{stream="orders"}`. */
	readonly series: string;
	/** Values in promtool's notation, one a minute. */
	readonly values: string;
}

export interface Expectation {
	readonly expr: string;
	/** Minutes: `30m`. */
	readonly eval_time: string;
	readonly exp_samples: readonly { readonly labels: string; readonly value: number }[];
}

interface StoryFile {
	readonly tests: readonly (Omit<Story, 'promql_expr_test'> & {
		readonly promql_expr_test: readonly (Omit<Expectation, 'exp_samples'> & {
			readonly exp_samples: readonly { readonly labels: string; readonly value: string }[];
		})[];
	})[];
}

/** Without taking `0x9`, the value 0 ten times, for a number. */
function asWritten(text: string): StoryFile {
	return parse(text, { schema: 'failsafe' });
}

/** The stories of one of promtool's files. */
export function storiesOf(text: string): readonly Story[] {
	return asWritten(text).tests.map((story) => ({
		...story,
		promql_expr_test: story.promql_expr_test.map((expectation) => ({
			...expectation,
			exp_samples: expectation.exp_samples.map(({ labels, value }) => ({
				labels,
				value: Number(value),
			})),
		})),
	}));
}

/** The file again, with other stories, for a place from where the rules are under another path. */
export function withStories(
	text: string,
	stories: readonly Story[],
	ruleFiles: readonly string[],
): string {
	return stringify({ ...asWritten(text), rule_files: ruleFiles, tests: stories }, { lineWidth: 0 });
}

/** A value, none, or the end of the series at one minute. */
export type Sample = number | 'none' | 'stale';

/** Promtool's notation, minute by minute: `0+60x5`, `1x3`, `_x5`, `stale`, `7`. */
export function samples(values: string): readonly Sample[] {
	return values.split(' ').flatMap((part): Sample[] => {
		if (part === 'stale') return ['stale'];
		const nothing = /^_(?:x(\d+))?$/.exec(part);
		if (nothing) return Array.from({ length: Number(nothing[1] ?? 1) }, () => 'none');
		const match = /^(-?[\d.]+)(?:([+-][\d.]+))?(?:x(\d+))?$/.exec(part);
		if (!match) throw new Error(`values of another form: ${part}`);
		const [, first, step = '0', more = '0'] = match;
		return Array.from(
			{ length: Number(more) + 1 },
			(_, index) => Number(first) + index * Number(step),
		);
	});
}

/** The reverse of {@link samples}. */
export function valuesOf(all: readonly Sample[]): string {
	return all.map((sample) => (sample === 'none' ? '_' : sample)).join(' ');
}

/** The metric of a series. */
export function metricOf({ series }: Series): string {
	return /^\w+/.exec(series)?.[0] ?? '';
}

/** The series as another replica of the exporter tells it. */
export function asTold(by: string, { series, values }: Series): Series {
	const bare = series.replace(/,?instance="[^"]*"/, '');
	const labelled = bare.includes('{')
		? bare.replace('}', `,instance="${by}"}`)
		: `${bare}{instance="${by}"}`;
	return { series: labelled, values };
}

/** When an expectation is looked at, in minutes. */
export function minuteOf({ eval_time }: Expectation): number {
	return Number.parseInt(eval_time, 10);
}
