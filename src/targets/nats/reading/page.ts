import { z } from 'zod';
import { malformed, parseAnswer } from './api-answer.ts';

/** What a listing lists, and where its answers hold it. */
export type Listed = 'streams' | 'consumers';

/** One page of a listing. */
export interface Page {
	/** How many there are over all pages. */
	readonly total: number;
	/** What is told of each, by name; not looked into yet. */
	readonly entries: ReadonlyMap<string, unknown>;
	/** Those that exist, but whose leader did not answer the server that made the page. */
	readonly missing: ReadonlySet<string>;
	/**
	 * Entries of which not even the name is told. A cluster lists an offline consumer with an empty
	 * name, but names it as missing (nats-server 2.15.1): that one is not counted here.
	 */
	readonly nameless: number;
}

const list = z.array(z.unknown()).nullish();

const pageAnswer = z.object({
	total: z.int().nonnegative(),
	streams: list,
	consumers: list,
	missing: z.array(z.string()).nullish(),
});

/**
 * Reads one answer to a request for a list of streams or consumers.
 *
 * @throws {@link Failure} for an error that the server answers with, and for what is no such answer
 */
export function parsePage(answer: Uint8Array, listed: Listed): Page {
	const parsed = pageAnswer.safeParse(parseAnswer(answer));
	if (!parsed.success) throw malformed(parsed.error);

	const entries = new Map<string, unknown>();
	let placeholders = 0;
	for (const entry of parsed.data[listed] ?? []) {
		const named = listed === 'streams' ? property(entry, 'config') : entry;
		const name = property(named, 'name');
		if (typeof name === 'string' && name !== '') entries.set(name, entry);
		else placeholders += 1;
	}
	const missing = new Set(parsed.data.missing);
	const missingOnly = [...missing].filter((name) => !entries.has(name)).length;
	const nameless = Math.max(0, placeholders - missingOnly);
	return { total: parsed.data.total, entries, missing, nameless };
}

function property(value: unknown, key: string): unknown {
	return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
