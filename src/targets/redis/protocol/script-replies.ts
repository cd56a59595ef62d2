import type { GroupFacts, StreamFacts } from '../facts.ts';
import type { Failure } from './attempt.ts';
import { type Operation, operations } from './commands.ts';
import { parseId } from './id.ts';
import { array, count, groupFacts, MalformedReply, streamFacts, wholeNumber } from './replies.ts';
import { ErrorReply, type Reply } from './reply.ts';

/** What `factsScript` tells. */
export interface ToldFacts {
	/** In the order of the keys. */
	readonly streams: readonly ToldStream[];
	/** What the user may not run, and the like. */
	readonly failures: readonly Failure[];
}

interface ToldStream {
	readonly stream?: StreamFacts;
	readonly groups?: readonly GroupFacts[];
	readonly failures: readonly Failure[];
}

/**
 * Reads the answer to `factsScript`.
 *
 * @throws {@link MalformedReply}
 */
export function readFacts(reply: Reply): ToldFacts {
	const [errors, ...streams] = array(reply, 'a list of streams');
	const flat = array(errors, 'a list of errors').map(text);
	const failures = flat.flatMap((word, at): Failure[] => {
		const operation = operations.find((known) => known === word);
		if (at % 2 === 1 || operation === undefined) return [];
		return [failure(operation, flat[at + 1] ?? '')];
	});
	return { streams: streams.map(toldStream), failures };
}

/**
 * Reads the answer to `countsScript`: counts or errors, in the order of the questions.
 *
 * @throws {@link MalformedReply}
 */
export function readCounts(
	reply: Reply,
): readonly ({ readonly count: number; readonly length: number } | ErrorReply)[] {
	return array(reply, 'a list of counts').map((one) => {
		if (Buffer.isBuffer(one)) return new ErrorReply(one.toString());
		const [found, length] = array(one, 'a count');
		return { count: count(found ?? null, 'entries'), length: count(length ?? null, 'length') };
	});
}

function toldStream(reply: Reply): ToldStream {
	const [error, first, ...rest] = array(reply, 'a stream');
	const failures: Failure[] = [];
	const refused = text(error);
	if (refused !== '') failures.push(failure('xinfo_groups', refused));
	const facts = text(first);
	if (facts.startsWith('!')) failures.push(failure('xinfo_stream', facts.slice(1)));
	const groups: GroupFacts[] = [];
	for (let at = 0; at + 1 < rest.length; at += 2) groups.push(toldGroup(rest[at], rest[at + 1]));
	return {
		...(facts.startsWith('!') ? {} : { stream: toldFacts(facts) }),
		...(refused === '' && { groups }),
		failures,
	};
}

function toldFacts(line: string): StreamFacts {
	const [length, entriesAdded, first, last, lastGenerated, maxDeleted, entryBytes] = words(line, 7);
	return streamFacts({
		length: known(length, 'length'),
		entriesAdded: wholeNumber(entriesAdded),
		first: parseId(first),
		last: parseId(last),
		lastGenerated: parseId(lastGenerated),
		maxDeleted: parseId(maxDeleted),
		entryBytes: known(entryBytes, 'bytes'),
	});
}

function toldGroup(name: Reply | undefined, facts: Reply | undefined): GroupFacts {
	if (!Buffer.isBuffer(name)) throw new MalformedReply('a group without a name');
	const [consumers, pending, delivered, entriesRead, lag, idle, ...more] = words(text(facts), 10);
	const [oldest, oldestIdle, deliveries, undelivered] = more;
	const idleMs = wholeNumber(idle);
	const oldestIdleMs = wholeNumber(oldestIdle);
	const oldestId = parseId(oldest);
	return groupFacts(name, {
		consumers: known(consumers, 'consumers'),
		pending: known(pending, 'pending'),
		delivered: parseId(delivered),
		entriesRead: wholeNumber(entriesRead),
		lag: wholeNumber(lag),
		// A clock that was set back makes it negative.
		idleMs: idleMs === undefined ? undefined : Math.max(0, idleMs),
		oldestPending:
			oldestIdleMs === undefined
				? undefined
				: {
						...(oldestId && { id: oldestId }),
						idleMs: Math.max(0, oldestIdleMs),
						deliveries: known(deliveries, 'deliveries'),
					},
		firstUndelivered: parseId(undelivered),
	});
}

function failure(operation: Operation, message: string): Failure {
	return { operation, error: new ErrorReply(message) };
}

function text(reply: Reply | undefined): string {
	if (!Buffer.isBuffer(reply)) throw new MalformedReply('something else than a text');
	return reply.toString();
}

function words<Count extends 7 | 10>(line: string, wanted: Count): Words[Count] {
	const found = line.split(' ');
	if (found.length !== wanted) throw new MalformedReply(`${found.length} facts`);
	return found as unknown as Words[Count];
}

interface Words {
	readonly 7: readonly [string, string, string, string, string, string, string];
	readonly 10: readonly [...Words[7], string, string, string];
}

function known(word: string, name: string): number {
	return count(word, name);
}
