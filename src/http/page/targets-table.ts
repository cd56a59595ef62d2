import type { PollResult, Problem, TargetState } from '../../model.ts';
import { printable } from '../../printable.ts';
import { overviewAddress } from './address.ts';
import { type Html, html } from './html.ts';
import { ago, duration } from './values.ts';

const results: Readonly<Record<PollResult, string>> = {
	ok: 'read',
	partial: 'read in part',
	failed: 'not readable',
};

/** More problems than that of one poll say little more. */
const mostProblems = 10;

/** The targets, how their last poll went, and what went wrong in words. */
export function targetsTable(targets: readonly TargetState[], nowMs: number): Html {
	const rows = targets.map(
		(state) => html`<tr role="row" data-key="${state.target}">
<th scope="row" role="rowheader" data-label="Target"><a data-live href="${overviewAddress({ target: [state.target] }, {})}">${state.target}</a></th>
<td role="cell" data-label="Platform">${state.platform} ${state.version && printable(state.version)}</td>
<td role="cell" data-label="State">${result(state.lastResult)}</td>
<td role="cell" data-label="Last poll">${ago(state.lastPollTimestampSeconds, nowMs)}, every ${duration(state.pollIntervalSeconds)}${staleness(state, nowMs)}</td>
<td role="cell" data-label="Problems">${problems(state.problems)}</td>
</tr>
`,
	);
	return html`<table class="targets" role="table">
<caption class="unseen">Targets and how their last poll went</caption>
<thead role="rowgroup"><tr role="row">${['Target', 'Platform', 'State', 'Last poll', 'Problems'].map((title) => html`<th scope="col" role="columnheader">${title}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows}</tbody>
</table>`;
}

function result(last: PollResult | undefined): Html {
	if (last === undefined) return html`<span class="status unknown">not polled yet</span>`;
	return html`<span class="status poll-${last}">${results[last]}</span>`;
}

/** Values of a target that cannot be read are as old as its last good poll. */
function staleness(state: TargetState, nowMs: number): Html | undefined {
	if (state.lastResult !== 'failed') return undefined;
	return html`; last read ${ago(state.lastSuccessTimestampSeconds, nowMs)}`;
}

function problems(all: readonly Problem[]): Html {
	if (all.length === 0) return html`none`;
	const shown = all.slice(0, mostProblems);
	const more = all.length - shown.length;
	return html`<ul>${shown.map(({ message }) => html`<li>${printable(message)}</li>`)}${more > 0 ? html`<li>and ${more} more</li>` : undefined}</ul>`;
}
