import { z } from 'zod';
import type { Answer } from '../connection/connection.ts';
import { Failure, type Operation } from '../failure.ts';
import { mapSome } from '../map-some.ts';
import { malformed, parseAnswer } from '../reading/api-answer.ts';
import type { Subjects } from '../subjects.ts';
import type { Found, Question } from './ages.ts';

/** Messages of one stream that are asked for at a time. */
const messagesAtATime = 32;

/** The server's numbers for a message and a stream that do not exist. */
const notFound: readonly (number | undefined)[] = [10037, 10059];

/** Messages that were given up are asked past so many times for one consumer. */
const givenUpInARow = 16;

/** Asks a server and counts the request. */
export type Ask = (operation: Operation, subject: string, body: string) => Promise<Answer>;

/** Why the times of a stream's messages could not be read on. */
export interface TimesFailure {
	readonly failure: Failure;
	readonly operation: Operation;
	readonly subject: string;
}

/**
 * Looks up messages of one stream: by direct get where the stream allows it, for any replica answers
 * that, else from the stream's leader. What fails once is not asked again in the same poll.
 *
 * @param learn - told of every question that was answered; undefined: there is no such message
 */
export async function lookUp(
	ask: Ask,
	subjects: Subjects,
	stream: { readonly name: string; readonly allowsDirectGets: boolean },
	questions: readonly Question[],
	learn: (question: Question, found: Found | undefined) => void,
): Promise<TimesFailure | undefined> {
	const direct = subjects.directGet(stream.name);
	const fromLeader = subjects.messageGet(stream.name);
	let byDirectGet = stream.allowsDirectGets;
	let failed: TimesFailure | undefined;

	const findFrom = async ({ sequence, filter }: Question): Promise<Found | undefined> => {
		const body = JSON.stringify({ seq: sequence, next_by_subj: filter });
		if (byDirectGet) {
			const found = await byDirect(body);
			if (found !== 'unreadable') return found;
		}
		return parseMessage(await ask('message_get', fromLeader, body));
	};
	const byDirect = async (body: string): Promise<Found | undefined | 'unreadable'> => {
		try {
			return parseDirect(await ask('direct_get', direct, body));
		} catch (error) {
			if (!isRefusal(error)) throw error;
			byDirectGet = false;
			return 'unreadable';
		}
	};
	const lookUpOne = async (question: Question): Promise<void> => {
		if (failed) return;
		try {
			let found = await findFrom(question);
			for (let tries = 0; isGivenUp(question, found) && tries < givenUpInARow; tries++) {
				found = await findFrom({ ...question, sequence: (found?.sequence ?? 0) + 1 });
			}
			if (!isGivenUp(question, found)) learn(question, found);
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
			if (notFound.includes(error.apiErrorCode)) return learn(question, undefined);
			const [operation, subject]: [Operation, string] = byDirectGet
				? ['direct_get', direct]
				: ['message_get', fromLeader];
			failed ??= { failure: error, operation, subject };
		}
	};
	// The first one finds out which way works.
	const [first, ...others] = questions;
	if (first) await lookUpOne(first);
	await mapSome(others, messagesAtATime, lookUpOne);
	return failed;
}

/** Nobody answers direct gets, or the user may not ask for them. */
function isRefusal(error: unknown): boolean {
	return error instanceof Failure && (error.noResponders || error.code === 'not_authorized');
}

function isGivenUp({ except }: Question, found: Found | undefined): boolean {
	return found !== undefined && (except?.sequences.has(found.sequence) ?? false);
}

/**
 * Reads the answer to a direct get (ADR-31): place and time of the message are in its headers, after
 * those of the producer.
 *
 * @returns `unreadable` when the producer's headers are such that the client library refuses all
 */
function parseDirect({ headers }: Answer): Found | undefined | 'unreadable' {
	if (headers === undefined) return 'unreadable';
	const { code, description } = headers;
	// A producer may have written a status into a message of its own.
	if (code !== 0 && !headers.has('Nats-Time-Stamp')) {
		if (code === 404) return undefined;
		throw new Failure('api_error', `the server says: ${description} (${code})`);
	}
	const sequence = Number(headers.last('Nats-Sequence'));
	const atMs = Date.parse(headers.last('Nats-Time-Stamp'));
	if (!Number.isSafeInteger(sequence) || sequence === 0 || Number.isNaN(atMs)) return 'unreadable';
	return { sequence, atMs };
}

const messageAnswer = z.object({
	message: z.object({ seq: z.int().positive(), time: z.iso.datetime({ offset: true }) }),
});

function parseMessage({ data }: Answer): Found {
	const parsed = messageAnswer.safeParse(parseAnswer(data));
	if (!parsed.success) throw malformed(parsed.error);
	const { seq, time } = parsed.data.message;
	return { sequence: seq, atMs: Date.parse(time) };
}
