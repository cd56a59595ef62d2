import type { Position } from '../../../model.ts';
import type { GroupFacts, StreamFacts } from '../facts.ts';
import { type Failure, noFailures } from './attempt.ts';
import { type Operation, operations } from './commands.ts';
import { array, count, MalformedReply, pendingEntry } from './replies.ts';
import { ErrorReply, type Reply } from './reply.ts';
import { Words } from './words.ts';

/** What `factsScript` tells. */
export interface ToldFacts {
	/** In the order of the keys. */
	readonly streams: readonly ToldStream[];
	/** What the user may not run, and the like. */
	readonly failures: readonly Failure[];
}

/** What it tells of one stream. */
export interface ToldStream {
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
	const [facts, ...errors] = array(reply, 'facts of streams');
	if (!Buffer.isBuffer(facts)) throw new MalformedReply('something else than a text');
	const failures: Failure[] = [];
	for (let at = 0; at + 1 < errors.length; at += 2) {
		const operation = operations.find((known) => known === String(errors[at]));
		if (operation !== undefined) failures.push(failure(operation, String(errors[at + 1])));
	}
	const words = new Words(facts);
	const streams: ToldStream[] = [];
	while (!words.isAtEnd) streams.push(toldStream(words));
	return { streams, failures };
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

function toldStream(words: Words): ToldStream {
	let failures = noFailures;
	const refusal = words.takes('!') ? words.text() : undefined;
	if (refusal !== undefined) failures = [failure('xinfo_groups', refusal)];
	const count = refusal === undefined ? words.count('groups') : 0;
	let stream: StreamFacts | undefined;
	if (words.takes('!')) failures = [...failures, failure('xinfo_stream', words.text())];
	else stream = toldFacts(words);
	if (refusal !== undefined) return stream ? { stream, failures } : { failures };
	if (count > words.left) throw new MalformedReply('too few words');
	const groups = new Array<GroupFacts>(count);
	for (let at = 0; at < count; at++) groups[at] = toldGroup(words, stream);
	return stream ? { stream, groups, failures } : { groups, failures };
}

function toldFacts(words: Words): StreamFacts {
	const length = words.count('length');
	const entriesAdded = words.number();
	const first = words.id();
	const last = words.id(first);
	const lastGenerated = words.id(last);
	const maxDeleted = words.id(nothingDeleted);
	const entryBytes = words.count('bytes');
	return { length, entryBytes, first, last, lastGenerated, entriesAdded, maxDeleted };
}

const nothingDeleted: Position = { major: 0, minor: 0 };

function toldGroup(words: Words, stream: StreamFacts | undefined): GroupFacts {
	const name = words.name();
	const consumers = words.count('consumers');
	const pending = words.count('pending');
	const delivered = words.id(stream?.last);
	const entriesRead = words.number();
	const lag = words.number();
	const idleMs = words.number();
	const oldestId = words.id(stream?.first);
	const oldestIdleMs = words.number();
	const deliveries = words.number();
	const abandoned = words.number();
	const firstUndelivered = words.id(stream?.last);
	return {
		name,
		consumers,
		pending,
		delivered,
		entriesRead,
		lag,
		// A clock that was set back makes it negative.
		idleMs: idleMs === undefined ? undefined : Math.max(0, idleMs),
		oldestPending:
			oldestIdleMs === undefined ? undefined : pendingEntry(oldestId, oldestIdleMs, deliveries),
		abandoned,
		firstUndelivered,
	};
}

function failure(operation: Operation, message: string): Failure {
	return { operation, error: new ErrorReply(message) };
}
