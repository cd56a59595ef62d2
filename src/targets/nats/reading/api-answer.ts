import { z } from 'zod';
import { Failure } from '../failure.ts';

const errorAnswer = z.object({
	error: z.object({
		code: z.number().optional(),
		err_code: z.number().optional(),
		description: z.string().default('no description'),
	}),
});

/**
 * Reads an answer of JetStream's API as JSON.
 *
 * @throws {@link Failure} for an error that the server answers with, and for what is not JSON
 */
export function parseAnswer(answer: Uint8Array): unknown {
	const json = parseJson(answer);
	const refusal = errorAnswer.safeParse(json);
	if (refusal.success) throw apiFailure(refusal.data.error);
	return json;
}

/** The failure of an answer that has another shape than it should. */
export function malformed(error: z.ZodError): Failure {
	return unreadable(shapeMistake(error), error);
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
		throw unreadable('it is not JSON', error);
	}
}

function unreadable(what: string, cause: unknown): Failure {
	return new Failure('malformed_answer', `the answer cannot be read: ${what}`, { cause });
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
