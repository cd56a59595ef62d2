import { z } from 'zod';
import { Failure } from '../failure.ts';

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

const errorAnswer = z.object({
	error: z.object({
		code: z.number().optional(),
		err_code: z.number().optional(),
		description: z.string().default('no description'),
	}),
});

const list = z.array(z.unknown()).nullish();

const pageAnswer = z.object({
	total: z.int().nonnegative(),
	streams: list,
	consumers: list,
	missing: z.array(z.string()).nullish(),
});

/**
 * Reads one answer to `$JS.API.STREAM.LIST` or `$JS.API.CONSUMER.LIST.<stream>`.
 *
 * @throws {@link Failure} for an error that the server answers with, and for what is no such answer
 */
export function parsePage(answer: Uint8Array, listed: Listed): Page {
	const json = parseJson(answer);
	const refusal = errorAnswer.safeParse(json);
	if (refusal.success) throw apiFailure(refusal.data.error);
	const parsed = pageAnswer.safeParse(json);
	if (!parsed.success) throw malformed(shapeMistake(parsed.error), parsed.error);

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

/** The first thing in which a value is not what it should be, as `path: what is wrong`. */
export function shapeMistake(error: z.ZodError): string {
	const [issue] = error.issues;
	if (!issue) return error.message;
	const path = issue.path.map(String).join('.');
	return path === '' ? issue.message : `${path}: ${issue.message}`;
}

function parseJson(answer: Uint8Array): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(answer));
	} catch (error) {
		// The parser's message quotes the text, which may be anything.
		throw malformed('it is not JSON', error);
	}
}

function malformed(what: string, cause: unknown): Failure {
	const reason = `the answer cannot be read: ${what}`;
	return new Failure('malformed_answer', reason, { cause });
}

/** JetStream is off for the account, or as a whole (nats-server, `errors.json`). */
const notEnabled: readonly (number | undefined)[] = [10039, 10076];

function apiFailure(error: z.output<typeof errorAnswer>['error']): Failure {
	const number = error.err_code ?? error.code;
	const told = `${error.description}${number === undefined ? '' : ` (${number})`}`;
	const apiErrorCode = error.err_code === undefined ? {} : { apiErrorCode: error.err_code };
	return notEnabled.includes(error.err_code)
		? new Failure(
				'jetstream_disabled',
				`the server says: ${told}; enable JetStream for the account, or use another account`,
				apiErrorCode,
			)
		: new Failure('api_error', `the server says: ${told}`, apiErrorCode);
}

function property(value: unknown, key: string): unknown {
	return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
