import { nearest } from '../../options/nearest.ts';
import { compilePattern, type Pattern } from '../../options/pattern.ts';
import { quoted } from '../../options/quoted.ts';
import {
	type Order,
	orders,
	type SortColumn,
	sortColumns,
	statuses,
	usualOrder,
} from './columns.ts';

/** How many consumers an answer holds unless it is asked for more. */
const usualLimit = 100;

/** A name matches when any of the patterns does. */
const patterns = { type: 'array', items: { type: 'string', minLength: 1 }, maxItems: 100 } as const;

/** JSON Schema of the parameters of `/api/v1/consumers`. */
export const consumersQuerySchema = {
	type: 'object',
	additionalProperties: false,
	properties: {
		target: patterns,
		platform: patterns,
		stream: patterns,
		consumer_group: patterns,
		status: patterns,
		sort: { type: 'string', enum: sortColumns },
		order: { type: 'string', enum: orders },
		limit: { type: 'integer', minimum: 1 },
	},
} as const;

/** The page has a search box too. */
export const pageQuerySchema = {
	...consumersQuerySchema,
	properties: { ...consumersQuerySchema.properties, search: { type: 'string' } },
} as const;

/** Parameters that were found to be of these schemas. */
export interface RawQuery {
	readonly target?: readonly string[];
	readonly platform?: readonly string[];
	readonly stream?: readonly string[];
	readonly consumer_group?: readonly string[];
	readonly status?: readonly string[];
	readonly search?: string;
	readonly sort?: SortColumn;
	readonly order?: Order;
	readonly limit?: number;
}

/** Which consumers are wanted, and how. Filters that are absent let everything through. */
export interface ConsumersQuery {
	readonly target?: readonly Pattern[];
	readonly platform?: readonly Pattern[];
	readonly stream?: readonly Pattern[];
	readonly consumerGroup?: readonly Pattern[];
	readonly status?: readonly Pattern[];
	/** Part of a target's, stream's or group's name, in lower case. */
	readonly search?: string;
	readonly sort: SortColumn;
	readonly order: Order;
	readonly limit: number;
}

/** A parameter that cannot be answered; the message says why. */
export class QueryError extends Error {
	readonly statusCode = 400;
}

/**
 * @param mostConsumers - that an answer ever holds, so that none takes the event loop for long
 * @throws QueryError
 */
export function readQuery(raw: RawQuery, mostConsumers: number): ConsumersQuery {
	const { search = '', sort = 'status', order = usualOrder(sort) } = raw;
	const { target = [], platform = [], stream = [], consumer_group = [], status = [] } = raw;
	checkWildcards([...target, ...platform, ...stream, ...consumer_group, ...status]);
	for (const one of status) checkStatus(one);
	return {
		...(raw.target && { target: compile('target', raw.target) }),
		...(raw.platform && { platform: compile('platform', raw.platform) }),
		...(raw.stream && { stream: compile('stream', raw.stream) }),
		...(raw.consumer_group && { consumerGroup: compile('consumer_group', raw.consumer_group) }),
		...(raw.status && { status: compile('status', raw.status) }),
		...(search.trim() !== '' && { search: search.trim().toLowerCase() }),
		sort,
		order,
		limit: Math.min(raw.limit ?? usualLimit, mostConsumers),
	};
}

/**
 * @throws QueryError also for a regular expression: what it costs has no bound that could be told
 */
function compile(parameter: string, sources: readonly string[]): readonly Pattern[] {
	return sources.map((source) => {
		if (/^\/.*\/$/su.test(source)) {
			throw new QueryError(
				`${parameter}: ${quoted(source)} is a regular expression, a glob is expected; a slash at the start is written \\/`,
			);
		}
		try {
			return compilePattern(source);
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
			throw new QueryError(`${parameter}: ${error.message}`);
		}
	});
}

/** Each is looked for in every name: with many of them, one request would hold up all others. */
const mostWildcards = 10;

function checkWildcards(sources: readonly string[]): void {
	const found = sources.join('').match(/\\.|[*?]/gsu) ?? [];
	const wildcards = found.filter((text) => text.length === 1).length;
	if (wildcards <= mostWildcards) return;
	throw new QueryError(`at most ${mostWildcards} wildcards, there are ${wildcards}`);
}

/** A word without a wildcard that is no status would match nothing, and look like good news. */
function checkStatus(status: string): void {
	if (!/^\w+$/.test(status) || statuses.some((known) => known === status)) return;
	throw new QueryError(`status: ${notOneOf(status, statuses)}`);
}

/** Says that a word is none of the known ones, and which was probably meant. */
export function notOneOf(written: string, known: readonly string[]): string {
	const near = nearest(written, known);
	return `${quoted(written)} is not known: ${near ? `did you mean ${near}?` : `there are ${known.join(', ')}`}`;
}
