import { crc32 } from 'node:zlib';
import type { Consumer } from '../../model.ts';
import { printable } from '../../printable.ts';
import type { SortColumn } from '../consumers/columns.ts';
import { usualOrder } from '../consumers/columns.ts';
import type { ConsumersQuery, RawQuery } from '../consumers/query.ts';
import { groupAddress, overviewAddress } from './address.ts';
import { type Html, html } from './html.ts';
import { shortName } from './name.ts';
import { sparkline } from './sparkline.ts';
import { age, duration, lag, status } from './values.ts';

interface Column {
	readonly title: string;
	/** Absent: not sorted by. */
	readonly sort?: SortColumn;
	readonly isNumber?: true;
	readonly cell: (consumer: Consumer) => Html | undefined;
}

const columns: readonly Column[] = [
	{ title: 'Status', sort: 'status', cell: (consumer) => status(consumer.status) },
	{ title: 'Target', sort: 'target', cell: ({ target }) => html`${target}` },
	{ title: 'Platform', sort: 'platform', cell: ({ platform }) => html`${platform}` },
	{ title: 'Stream', sort: 'stream', cell: ({ stream }) => shortName(stream) },
	{ title: 'Group', sort: 'consumer_group', cell: groupLink },
	{ title: 'Lag', sort: 'lag', isNumber: true, cell: lag },
	{ title: 'Recent', cell: sparkline },
	{ title: 'Age', sort: 'lag_seconds', isNumber: true, cell: age },
	{
		title: 'Drain',
		sort: 'drain_seconds',
		isNumber: true,
		cell: ({ drainSeconds }) => duration(drainSeconds),
	},
	{
		title: 'Headroom',
		sort: 'retention_headroom_seconds',
		isNumber: true,
		cell: ({ retentionHeadroomSeconds }) => duration(retentionHeadroomSeconds),
	},
	{ title: 'Why', cell: ({ statusReason }) => html`${printable(statusReason)}` },
];

/** What the page can be sorted by, with the titles of the columns. */
export const sortTitles: readonly (readonly [SortColumn, string])[] = columns.flatMap(
	({ sort, title }) => (sort ? [[sort, title] as const] : []),
);

/** The groups that were asked for. Roles are told, for narrow screens lay the table out anew. */
export function consumersTable(
	consumers: readonly Consumer[],
	query: ConsumersQuery,
	raw: RawQuery,
): Html {
	return html`<table class="consumers" role="table">
<caption class="unseen">Consumer groups, sorted by ${query.sort.replaceAll('_', ' ')}, ${query.order === 'asc' ? 'ascending' : 'descending'}</caption>
<thead role="rowgroup"><tr role="row">${columns.map((column) => header(column, query, raw))}</tr></thead>
<tbody role="rowgroup">${consumers.map(row)}</tbody>
</table>`;
}

function header({ title, sort, isNumber }: Column, query: ConsumersQuery, raw: RawQuery): Html {
	const kind = isNumber ? 'number' : 'text';
	if (sort === undefined)
		return html`<th scope="col" role="columnheader" class="${kind}">${title}</th>`;
	if (query.sort !== sort) {
		const address = overviewAddress(raw, { sort, order: undefined });
		return html`<th scope="col" role="columnheader" class="${kind}"><a data-live href="${address}">${title}</a></th>`;
	}
	const order = query.order === 'asc' ? 'desc' : 'asc';
	const address = overviewAddress(raw, {
		sort,
		order: order === usualOrder(sort) ? undefined : order,
	});
	const sorted = query.order === 'asc' ? 'ascending' : 'descending';
	return html`<th scope="col" role="columnheader" class="${kind}" aria-sort="${sorted}"><a data-live href="${address}">${title}</a></th>`;
}

function row(consumer: Consumer): Html {
	const cells = columns.map(({ title, isNumber, cell }) => {
		const kind = isNumber ? 'number' : 'text';
		const content = cell(consumer);
		if (title === 'Group') {
			return html`<th scope="row" role="rowheader" data-label="${title}">${content}</th>`;
		}
		return html`<td role="cell" class="${kind}" data-label="${title}">${content}</td>`;
	});
	return html`<tr role="row" data-key="${keyOf(consumer)}">${cells}</tr>
`;
}

/** By which the page's script finds a row again; that two share one does no harm. */
function keyOf({ target, stream, consumerGroup }: Consumer): string {
	return crc32(JSON.stringify([target, stream, consumerGroup])).toString(36);
}

function groupLink(consumer: Consumer): Html {
	const address = groupAddress(consumer);
	const shown = shortName(consumer.consumerGroup);
	return address === undefined ? shown : html`<a href="${address}">${shown}</a>`;
}
