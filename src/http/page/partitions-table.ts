import { grouped } from '../../amounts.ts';
import type { Consumer, StreamState } from '../../model.ts';
import { type Html, html } from './html.ts';
import { count } from './values.ts';

/** More rows would be no table that anyone reads. */
const mostRows = 500;

interface Row {
	readonly id: number;
	readonly lag: number | undefined;
	readonly committed: number | undefined;
	readonly start: number | undefined;
	readonly end: number | undefined;
}

/** A group's partitions, the largest lag first and above it what is not known. */
export function partitionsTable(
	consumer: Consumer,
	stream: StreamState | undefined,
): Html | undefined {
	const rows = rowsOf(consumer, stream);
	if (rows.length === 0) return undefined;
	const largest = rows.reduce((most, { lag = 0 }) => Math.max(most, lag), 0);
	const shown = rows
		.sort((a, b) => (b.lag ?? Infinity) - (a.lag ?? Infinity) || a.id - b.id)
		.slice(0, mostRows);
	const hidden = rows.length - shown.length;
	// Not every platform has offsets.
	const told = columns.filter(({ value }) => rows.some((row) => value(row) !== undefined));
	return html`<section aria-labelledby="partitions"><h2 id="partitions">Partitions</h2>
${hidden > 0 ? html`<p class="remark">The ${mostRows} with the largest lag; ${grouped(hidden)} are not shown.</p>` : undefined}
<table class="partitions" role="table">
<caption class="unseen">Partitions, the largest lag first</caption>
<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader" class="number">Partition</th>${told.map(({ title }) => html`<th scope="col" role="columnheader" class="number">${title}</th>`)}<th scope="col" role="columnheader" class="unlabelled"><span class="unseen">Share of the largest lag</span></th></tr></thead>
<tbody role="rowgroup">${shown.map((row) => tableRow(row, told, largest))}</tbody>
</table></section>`;
}

interface Column {
	readonly title: string;
	readonly value: (row: Row) => number | undefined;
}

const columns: readonly Column[] = [
	{ title: 'Lag', value: ({ lag }) => lag },
	{ title: 'Committed', value: ({ committed }) => committed },
	{ title: 'Start', value: ({ start }) => start },
	{ title: 'End', value: ({ end }) => end },
];

function tableRow(row: Row, told: readonly Column[], largest: number): Html {
	const { id, lag } = row;
	const cells = told.map(
		({ title, value }) =>
			html`<td role="cell" class="number" data-label="${title}">${count(value(row))}</td>`,
	);
	const bar =
		lag === undefined || largest === 0
			? undefined
			: html`<svg class="bar" aria-hidden="true" width="100" height="8"><rect width="${Math.round((lag / largest) * 100)}" height="8"/></svg>`;
	return html`<tr role="row" data-key="${id}"><th scope="row" role="rowheader" class="number" data-label="Partition">${id}</th>${cells}<td role="cell" class="unlabelled">${bar}</td></tr>
`;
}

function rowsOf({ partitions }: Consumer, stream: StreamState | undefined): Row[] {
	if (!partitions) return [];
	const of = stream?.partitions;
	const rowOfId = new Map(Array.from(of?.ids ?? [], (id, row) => [id, row]));
	return Array.from(partitions.ids, (id, index) => {
		const row = rowOfId.get(id) ?? -1;
		return {
			id,
			lag: known(partitions.lags[partitions.lagsFrom + index]),
			committed: known(partitions.committed?.[index]),
			start: known(of?.start[row]),
			end: known(of?.end[row]),
		};
	});
}

function known(value: number | undefined): number | undefined {
	return Number.isNaN(value) ? undefined : value;
}
