import type { TargetState } from '../../model.ts';
import { statuses } from '../consumers/columns.ts';
import type { ConsumersQuery, RawQuery } from '../consumers/query.ts';
import { sortTitles } from './consumers-table.ts';
import { type Html, html } from './html.ts';
import { statusWords } from './values.ts';

/** Sends what it holds as parameters of `/`, also without the script. */
export function searchForm(
	targets: readonly TargetState[],
	query: ConsumersQuery,
	raw: RawQuery,
): Html {
	const platforms = [...new Set(targets.map(({ platform }) => platform))].sort();
	const platformOptions = withChosen(
		platforms.map((platform) => [platform, platform]),
		raw.platform,
	);
	const statusOptions = withChosen(
		statuses.map((one) => [one, statusWords(one)]),
		raw.status,
	);
	return html`<form id="search" action="./" method="get" role="search">
<div class="field"><label for="search-text">Search</label><input id="search-text" type="search" name="search" value="${raw.search}" placeholder="target, stream or group" autocomplete="off" spellcheck="false"></div>
<div class="field"><label for="platform">Platform</label><select id="platform" name="platform"><option value="">all</option>${options(platformOptions, raw.platform?.[0])}</select></div>
<div class="field"><label for="status">Status</label><select id="status" name="status"><option value="">all</option>${options(statusOptions, raw.status?.[0])}</select></div>
<div class="field"><label for="sort">Sort by</label><select id="sort" name="sort">${options(sortTitles, query.sort)}</select></div>
${hidden('limit', raw.limit)}${(['target', 'stream', 'consumer_group'] as const).map((key) => raw[key]?.map((value) => hidden(key, value)))}
<button>Show</button>
</form>`;
}

type Option = readonly [value: string, title: string];

/** A pattern that was asked for in the address is an option too. */
function withChosen(known: readonly Option[], chosen: readonly string[] | undefined) {
	const more = (chosen ?? []).filter((value) => !known.some(([one]) => one === value));
	return [...known, ...more.map((value): Option => [value, value])];
}

function options(all: readonly Option[], chosen: string | undefined): readonly Html[] {
	return all.map(
		([value, title]) =>
			html`<option value="${value}"${value === chosen ? html` selected` : undefined}>${title}</option>`,
	);
}

function hidden(key: string, value: string | number | undefined): Html | undefined {
	return value === undefined
		? undefined
		: html`<input type="hidden" name="${key}" value="${value}">`;
}
