import { codeOfError } from '../codes.ts';
import type { GroupFacts, KeyFacts } from '../facts.ts';
import type { Failure } from '../protocol/attempt.ts';
import { ErrorReply } from '../protocol/reply.ts';
import type { Counts } from '../read/group.ts';
import { type KeyRead, readKey } from '../read/key.ts';
import { type Circumstances, entriesToCount } from '../read/lag.ts';
import { type Memory, Recall } from '../read/memory.ts';
import { abandonedOf, keptFrom, pendingLost } from '../read/pending.ts';
import { inChunks } from './chunks.ts';
import type { Key } from './discovery.ts';
import type { Counted, Question, Way } from './way.ts';

/** Each may be answered with a thousand entries where there are no scripts. */
const questionsAtOnce = 20;
/** One chunk is read here while the server works on the other. */
const chunksInFlight = 2;

/** How far to go for a group. */
export interface Limits {
	/** Milliseconds from which on a pending entry is abandoned. */
	readonly abandonedAfterMs: number;
	/** Entries that are read or listed at most. */
	readonly countCap: number;
}

/** What was read of keys, as far as it goes: a connection can end in between. */
export interface Told {
	readonly keys: KeyRead[];
	readonly failures: Failure[];
}

interface KeyErrand {
	readonly way: Way;
	/** Of the poll before. */
	readonly memory: Memory;
	readonly limits: Limits;
	readonly circumstances: Circumstances;
	readonly told: Told;
}

/**
 * Asks for everything about some keys: first what the server tells, then what must be counted. Each
 * chunk is read as soon as it is told: answers of ten thousand keys that wait for the last one would
 * be copied by V8 again and again.
 */
export async function fetchKeys(
	way: Way,
	keys: readonly Key[],
	memory: Memory,
	limits: Limits,
	circumstances: Circumstances,
	told: Told,
): Promise<void> {
	const errand = { way, memory, limits, circumstances, told };
	await inChunks(keys, way.keysAtOnce, chunksInFlight, fetchChunk, errand);
}

/** @returns how many keys were read */
async function fetchChunk(
	keys: readonly Key[],
	{ way, memory, limits, circumstances, told }: KeyErrand,
): Promise<number> {
	const { facts, failures } = await way.facts(keys);
	told.failures.push(...failures);
	const { counts, failuresOf } = await countAll(way, facts, memory, limits, circumstances);
	for (const one of facts) {
		const more = failuresOf.get(one);
		const all = more ? { ...one, failures: [...one.failures, ...more] } : one;
		told.keys.push(readKey(all, counts, memory.get(one.key.name), circumstances));
	}
	return facts.length;
}

/** A question, and where its answer belongs. */
interface Open {
	readonly question: Question;
	readonly facts: KeyFacts;
	readonly group: GroupFacts;
	readonly about: keyof Counts;
}

interface Answered {
	readonly counts: ReadonlyMap<GroupFacts, Counts>;
	readonly failuresOf: ReadonlyMap<KeyFacts, readonly Failure[]>;
}

async function countAll(
	way: Way,
	facts: readonly KeyFacts[],
	memory: Memory,
	limits: Limits,
	circumstances: Circumstances,
): Promise<Answered> {
	const counts = new Map<GroupFacts, Counts>();
	const failuresOf = new Map<KeyFacts, readonly Failure[]>();
	const open: Open[] = [];
	for (const one of facts) findQuestions(one, open, counts, memory, limits, circumstances);
	if (open.length === 0) return { counts, failuresOf };
	await inChunks(open, questionsAtOnce, 1, countChunk, { way, counts, failuresOf });
	return { counts, failuresOf };
}

/** @returns how many questions were answered */
async function countChunk(
	open: readonly Open[],
	{ way, counts, failuresOf }: CountErrand,
): Promise<number> {
	const counted = await way.counts(open.map(({ question }) => question));
	for (const [at, one] of counted.entries()) {
		const asked = open[at] as Open;
		const { group, facts } = asked;
		if ('count' in one) counts.set(group, withAnswer(counts.get(group) ?? {}, asked, one));
		else if (!isGone(one)) failuresOf.set(facts, [...(failuresOf.get(facts) ?? []), one]);
	}
	return counted.length;
}

interface CountErrand {
	readonly way: Way;
	readonly counts: Map<GroupFacts, Counts>;
	readonly failuresOf: Map<KeyFacts, readonly Failure[]>;
}

/** What is still to be counted goes to `open`; what is known without goes to `counts` right away. */
function findQuestions(
	facts: KeyFacts,
	open: Open[],
	counts: Map<GroupFacts, Counts>,
	memory: Memory,
	{ countCap, abandonedAfterMs }: Limits,
	circumstances: Circumstances,
): void {
	const { key, stream, groups } = facts;
	if (stream === undefined || groups === undefined) return;
	const before = memory.get(key.name);
	const recall = new Recall(before);
	const kept = keptFrom(stream);
	for (const group of groups) {
		const ask = (about: keyof Counts, question: Asked) =>
			open.push({ question: { key, group: group.name, ...question }, facts, group, about });
		const anchor = recall.group(group.name)?.anchor;
		const range = entriesToCount(stream, group, anchor, circumstances, countCap);
		if (range) ask('entries', { of: 'entries', range });
		const abandoned = abandonedOf(group, circumstances.nowMs, abandonedAfterMs, countCap);
		if (abandoned === 0) counts.set(group, noneAbandoned);
		else if (typeof abandoned === 'number') counts.set(group, { abandoned });
		else if (abandoned) ask('abandoned', { of: 'pending', ...abandoned });
		const lost = pendingLost(group, before?.kept, kept, countCap);
		if (lost) ask('pendingLost', { of: 'pending', ...lost });
	}
}

/** The commonest answer by far. */
const noneAbandoned: Counts = { abandoned: 0 };

/** What is asked, of whomever. */
type Asked = Question extends infer One
	? One extends Question
		? Omit<One, 'key' | 'group'>
		: never
	: never;

function withAnswer(
	counts: Counts,
	{ question, about }: Open,
	{ count, length }: { readonly count: number; readonly length?: number },
): Counts {
	if (question.of === 'pending') return { ...counts, [about]: count };
	const entries = { range: question.range, entries: count };
	return { ...counts, entries: length === undefined ? entries : { ...entries, length } };
}

/** Whether stream or group have vanished meanwhile: the next poll will not show them. */
function isGone(counted: Exclude<Counted, { count: number }>): boolean {
	if (!(counted.error instanceof ErrorReply)) return false;
	const { message } = counted.error;
	return message.startsWith('NOGROUP') || codeOfError(message) === 'stream_missing';
}
