import { clock, grouped, span } from '../../amounts.ts';
import type { Consumer, Position, Status } from '../../model.ts';
import { type Html, html } from './html.ts';

/** What stands where a value is not known. */
const unknown = html`<span class="unknown" title="not known">–</span>`;

export function count(value: number | undefined): Html {
	return value === undefined ? unknown : html`${grouped(Math.round(value))}`;
}

export function duration(seconds: number | undefined): Html {
	return seconds === undefined ? unknown : html`${span(seconds)}`;
}

export function status(value: Status): Html {
	return html`<span class="status ${value}">${statusWords(value)}</span>`;
}

/** `catching_up` is `catching up`. */
export function statusWords(value: Status): string {
	return value.replace('_', ' ');
}

/** The lag, how far it may be off, and the threshold that it has. */
export function lag({ lag, lagUncertainty = 0, objective, breaches }: Consumer): Html {
	if (lag === undefined) return unknown;
	const doubt = lagUncertainty > 0 ? ` ± ${grouped(lagUncertainty)}` : '';
	const limit = objective.lag === undefined ? undefined : grouped(objective.lag);
	return html`${grouped(lag)}${doubt}${against(limit, breaches.lag)}`;
}

/** The age of the oldest unread message, and the threshold that it has. */
export function age({ lagSeconds, objective, breaches }: Consumer): Html {
	if (lagSeconds === undefined) return unknown;
	const limit = objective.lagSeconds === undefined ? undefined : span(objective.lagSeconds);
	return html`${span(lagSeconds)}${against(limit, breaches.lagSeconds)}`;
}

/** A threshold, and whether it is exceeded, in words and not by a colour alone. */
export function against(
	limit: string | undefined,
	breached: boolean | undefined,
): Html | undefined {
	if (limit === undefined) return undefined;
	return breached
		? html` <small class="limit breached">over ${limit}</small>`
		: html` <small class="limit">of ${limit}</small>`;
}

/** How long ago a time was, given as seconds since 1970; the time itself can be pointed at. */
export function ago(seconds: number | undefined, nowMs: number): Html {
	if (seconds === undefined) return html`not yet`;
	const date = new Date(seconds * 1000);
	const passed = span(Math.max(0, nowMs / 1000 - seconds));
	const title = `${clock(date.getTime())} UTC`;
	return html`<time datetime="${date.toISOString()}" title="${title}">${passed} ago</time>`;
}

/** A place as its platform writes it: ids of Redis have two parts. */
export function position(platform: string, place: Position | undefined): Html {
	if (place === undefined) return unknown;
	return platform === 'redis' ? html`${place.major}-${place.minor}` : count(place.major);
}
