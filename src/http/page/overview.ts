import { clock, grouped } from '../../amounts.ts';
import type { Snapshot, Status } from '../../model.ts';
import { statuses } from '../consumers/columns.ts';
import type { ConsumersQuery, RawQuery } from '../consumers/query.ts';
import { type Selection, select } from '../consumers/select.ts';
import { overviewAddress } from './address.ts';
import { consumersTable } from './consumers-table.ts';
import { type Html, html } from './html.ts';
import { searchForm } from './search-form.ts';
import { targetsTable } from './targets-table.ts';
import { statusWords } from './values.ts';

/** A table of more is slow in a browser and read by nobody. */
export const mostRows = 500;

/** Statuses that are no trouble. */
const calm: ReadonlySet<Status> = new Set(['ok', 'paused', 'catching_up']);

/** The parts of the page at `/`. */
export interface Overview {
	readonly title: string;
	readonly still: Html;
	readonly live: Html;
}

/** Which group is in trouble, why, and since when. */
export function overview(
	{ targets, consumers }: Snapshot,
	query: ConsumersQuery,
	raw: RawQuery,
	nowMs: number,
): Overview {
	const selection = select(consumers, query);
	const troubled = [...selection.byStatus].reduce(
		(sum, [status, count]) => sum + (calm.has(status) ? 0 : count),
		0,
	);
	const live = html`<h1 class="unseen">Consumer lag</h1>
<section aria-labelledby="summary"><h2 id="summary">${headline(selection, troubled)}</h2>
${summary(selection, raw)}</section>
<section aria-labelledby="groups"><h2 id="groups">Groups</h2>
${remark(selection, consumers.length, raw)}
${selection.total > 0 ? consumersTable(selection.consumers, query, raw) : undefined}</section>
<section aria-labelledby="targets"><h2 id="targets">Targets</h2>
${targetsTable(targets, nowMs)}</section>
<p class="as-of">As of ${clock(nowMs)} UTC, as all times here. Lags and ages are those of each target's last poll.</p>`;
	return {
		title: `${troubled > 0 ? `${grouped(troubled)} in trouble` : 'all well'} · stream-lag-exporter`,
		still: searchForm(targets, query, raw),
		live,
	};
}

function headline({ byStatus }: Selection, troubled: number): string {
	const all = [...byStatus.values()].reduce((sum, count) => sum + count, 0);
	if (all === 0) return 'No groups';
	const groups = `${grouped(all)} ${all === 1 ? 'group' : 'groups'}`;
	return troubled === 0
		? `${groups}, none in trouble`
		: `${groups}, ${grouped(troubled)} in trouble`;
}

/** How many groups have each status; each leads to them, and from them back to all. */
function summary({ byStatus }: Selection, raw: RawQuery): Html | undefined {
	const chosen = new Set<string>(raw.status);
	const items = statuses.flatMap((status) => {
		const count = byStatus.get(status) ?? 0;
		if (count === 0 && !chosen.has(status)) return [];
		const isChosen = chosen.has(status);
		const address = overviewAddress(raw, { status: isChosen ? undefined : [status] });
		const current = isChosen ? html` aria-current="true"` : undefined;
		return [
			html`<li data-key="${status}"><a data-live class="status ${status}" href="${address}"${current}><b>${grouped(count)}</b> ${statusWords(status)}</a></li>
`,
		];
	});
	return items.length > 0 ? html`<ul class="summary">${items}</ul>` : undefined;
}

/** How many are shown, and how to see the others. */
function remark({ total, consumers }: Selection, all: number, raw: RawQuery): Html | undefined {
	const wayBack = html`<a data-live href="./">show all</a>`;
	if (all === 0) return html`<p class="remark">No consumer group has been read yet.</p>`;
	if (total === 0) {
		return html`<p class="remark">None of ${grouped(all)} groups matches; ${wayBack}.</p>`;
	}
	const shown = consumers.length;
	// The headline has told how many there are.
	if (shown === all) return undefined;
	const narrowed = total === all ? '' : ` that match, of ${grouped(all)}`;
	if (shown === total) {
		const groups = total === 1 ? 'group' : 'groups';
		return html`<p class="remark">${grouped(total)} ${groups}${narrowed}; ${wayBack}.</p>`;
	}
	const hidden = grouped(total - shown);
	const next = Math.min(total, mostRows);
	const more =
		shown < mostRows
			? html` <a data-live href="${overviewAddress(raw, { limit: mostRows })}">Show ${grouped(next)}</a>.`
			: undefined;
	return html`<p class="remark">The first ${grouped(shown)} of ${grouped(total)} groups${narrowed}; ${hidden} are not shown: search, filter or sort to see them.${more}</p>`;
}
