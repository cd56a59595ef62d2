import { exporterFamilies } from '../src/metrics/catalogue/exporter.ts';
import type { Declaration, Meaning } from '../src/metrics/catalogue/family.ts';
import { groupFamilies } from '../src/metrics/catalogue/group.ts';
import { streamFamilies } from '../src/metrics/catalogue/stream.ts';
import { targetFamilies } from '../src/metrics/catalogue/target.ts';
import { platforms } from '../src/targets/index.ts';
import type { Platform } from '../src/targets/target.ts';

/** Values of labels, which the platforms have lists of. */
const labelValues: Readonly<Record<string, (platform: Platform) => readonly string[]>> = {
	stream_target_problems_total: ({ problems }) => problems,
	stream_target_requests_total: ({ operations }) => operations,
};

const sections: readonly {
	readonly title: string;
	readonly labels: string;
	readonly families: readonly Declaration[];
}[] = [
	{
		title: 'Consumer groups',
		labels: '`target`, `platform`, `stream`, `consumer_group`',
		families: groupFamilies,
	},
	{ title: 'Streams', labels: '`target`, `platform`, `stream`', families: streamFamilies },
	{
		title: 'Targets',
		labels: '`target`, `platform`; with `--shard.count` also `shard`, from 0',
		families: targetFamilies,
	},
	{
		title: 'The exporter',
		labels: 'none but those that are named',
		families: Object.values(exporterFamilies),
	},
];

/** The text of docs/metrics.md, from the catalogue. */
export function metricsPage(): string {
	return `# Metrics

Generated from \`src/metrics/catalogue\` by \`npm run docs\`; do not edit.

- **Unknown is absent.** What could not be read or told has no sample; it is never 0, -1 or NaN.
  \`stream_consumer_lag_unknown{reason}\` says why there is no lag.
- **Nothing is negative.**
- **A sum is a metric of its own**: no metric mixes totals with their parts.
- **Counters begin at 0**, with every value of their labels, so that \`increase()\` sees the first event.
- What cannot be read keeps its last value for \`poll.keep_failed\`; after that only its name and the
  reason remain, and after an hour nothing. What three complete listings in a row do not show is gone.
- Bytes of a name that are not UTF-8 are shown as \`\\xNN\`.

${sections.map(section).join('\n')}
Beside these there are the \`process_*\` and \`nodejs_*\` metrics of
[prom-client](https://github.com/siimon/prom-client). Of these, \`nodejs_eventloop_lag_*\` are measured while the exporter
reads or answers: of the last half a minute to a minute, whoever scrapes, and \`nodejs_eventloop_lag_seconds\`
of when the loop was looked at last.
`;
}

function section({ title, labels, families }: (typeof sections)[number]): string {
	return `## ${title}

Labels: ${labels}.

${families.map((family) => entry(family)).join('\n')}`;
}

function codes(words: readonly string[]): string {
	return words.map((word) => `\`${word}\``).join(', ');
}

function entry(family: Declaration): string {
	const { name, help, type, unit } = family;
	const listed = labelValues[name];
	const meaning: Meaning = listed
		? Object.fromEntries(platforms.map((platform) => [platform.name, codes(listed(platform))]))
		: (family.meaning ?? {});
	const label = 'label' in family ? `, label \`${String(family.label)}\`` : '';
	const partition = 'column' in family ? ', label `partition`' : '';
	const meanings = Object.entries(meaning).map(([platform, text]) => `- ${platform}: ${text}\n`);
	const lines = meanings.length > 0 ? `\n${meanings.join('')}` : '';
	return `### ${name}

${help}

${type}${unit ? `, in ${unit}` : ''}${label}${partition}
${lines}`;
}
