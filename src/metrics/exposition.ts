import type { Consumer, Derived, Expectation, StreamState, TargetState } from '../model.ts';
import type {
	Declaration,
	Histogram,
	Info,
	Labelled,
	PerPartition,
	Plain,
	TargetOf,
} from './catalogue/family.ts';
import { groupFamilies } from './catalogue/group.ts';
import { expectationFamilies } from './catalogue/objective.ts';
import { streamFamilies } from './catalogue/stream.ts';
import { targetFamilies } from './catalogue/target.ts';

type Family<Record> =
	| Plain<Record>
	| Labelled<Record>
	| Info<Record>
	| PerPartition<Record>
	| Histogram<Record>;

const families: readonly Declaration[] = [
	...groupFamilies,
	...expectationFamilies,
	...streamFamilies,
	...targetFamilies,
];

/** One target's lines of every family, in the order of the catalogue; empty where it has none. */
export type TargetLines = readonly Buffer[];

/** Renders what a target's last poll changed: all of its own lines, and nobody else's. */
export function renderTarget(state: TargetState, derived: Derived): TargetLines {
	const { consumers, streams, expectations, seriesLimit } = derived;
	const groupLabels = consumers.map(groupLabelsOf);
	const streamLabels = streams.map(
		({ target, platform, stream }) =>
			`target=${quote(target)},platform=${quote(platform)},stream=${quote(stream)}`,
	);
	const series = new Count();
	const lines = [
		...groupFamilies.map((family) => render<Consumer>(family, consumers, groupLabels, series)),
		...expectationFamilies.map((family) =>
			render<Expectation>(family, expectations, expectations.map(groupLabelsOf), series),
		),
		...streamFamilies.map((family) => render<StreamState>(family, streams, streamLabels, series)),
	];
	const shard = state.shard === undefined ? '' : `,shard="${state.shard}"`;
	const labels = `target=${quote(state.target)},platform=${quote(state.platform)}${shard}`;
	const target: TargetOf = {
		state,
		groups: consumers.length,
		streams: streams.length,
		series: series.value,
		...(seriesLimit && { seriesLimit: seriesLimit.series, seriesDropped: seriesLimit.dropped }),
	};
	for (const family of targetFamilies) lines.push(render(family, [target], [labels], new Count()));
	return lines;
}

/** Joins the lines of all targets: each family once, with its HELP and TYPE, without empty ones. */
export function join(targets: readonly TargetLines[]): Buffer {
	const parts: Buffer[] = [];
	for (const [index, family] of families.entries()) {
		const lines = targets
			.map((target) => target[index] as Buffer)
			.filter((line) => line.length > 0);
		if (lines.length > 0) parts.push(Buffer.from(header(family)), ...lines);
	}
	return Buffer.concat(parts);
}

function groupLabelsOf({
	target,
	platform,
	stream,
	consumerGroup,
}: Consumer | Expectation): string {
	return `target=${quote(target)},platform=${quote(platform)},stream=${quote(stream)},consumer_group=${quote(consumerGroup)}`;
}

class Count {
	value = 0;
}

function render<Record>(
	family: Family<Record>,
	records: readonly Record[],
	labels: readonly string[],
	series: Count,
): Buffer {
	let text = '';
	let count = 0;
	const sample = (name: string, labelText: string, value: number) => {
		text += `${name}{${labelText}} ${value}\n`;
		count += 1;
	};
	for (const [index, record] of records.entries()) {
		const own = labels[index] as string;
		if ('value' in family) {
			const value = family.value(record);
			if (value !== undefined) sample(family.name, own, value);
		} else if ('samples' in family) {
			for (const [labelValue, value] of family.samples(record)) {
				sample(family.name, `${own},${family.label}=${quote(labelValue)}`, value);
			}
		} else if ('values' in family) {
			const values = family.values(record);
			const more = family.labels.map((name, at) => `,${name}=${quote(values[at] ?? '')}`).join('');
			sample(family.name, `${own}${more}`, 1);
		} else if ('column' in family) {
			const column = family.column(record);
			for (let row = 0; column && row < column.ids.length; row++) {
				const value = column.values[row] as number;
				if (!Number.isNaN(value))
					sample(family.name, `${own},partition="${column.ids[row]}"`, value);
			}
		} else {
			const { bounds, counts, count: all, sum } = family.histogram(record);
			for (const [bucket, bound] of bounds.entries()) {
				sample(`${family.name}_bucket`, `${own},le="${bound}"`, counts[bucket] as number);
			}
			sample(`${family.name}_bucket`, `${own},le="+Inf"`, all);
			sample(`${family.name}_sum`, own, sum);
			sample(`${family.name}_count`, own, all);
		}
	}
	series.value += count;
	return Buffer.from(text);
}

function header({ name, help, type }: Declaration): string {
	return `# HELP ${name} ${help.replace(/[\\\n]/g, escapeCharacter)}\n# TYPE ${name} ${type}\n`;
}

/** A label's value by the text format 0.0.4: backslash, newline and quote are escaped. */
function quote(value: string): string {
	return `"${/[\\\n"]/.test(value) ? value.replace(/[\\\n"]/g, escapeCharacter) : value}"`;
}

function escapeCharacter(character: string): string {
	return character === '\n' ? '\\n' : `\\${character}`;
}
