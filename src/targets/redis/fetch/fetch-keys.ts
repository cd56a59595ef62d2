import { codeOfError } from '../codes.ts';
import type { GroupFacts, KeyFacts } from '../facts.ts';
import { type Failure, noFailures } from '../protocol/attempt.ts';
import { ErrorReply } from '../protocol/reply.ts';
import type { Counts } from '../read/group.ts';
import { type KeyRead, type KeyTables, readKey } from '../read/key.ts';
import { type Circumstances, entriesToCount } from '../read/lag.ts';
import { type GroupMemory, type Memory, recall } from '../read/memory.ts';
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
	readonly tables: KeyTables;
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
async function fetchChunk(keys: readonly Key[], errand: KeyErrand): Promise<number> {
	const { way, memory, circumstances, told } = errand;
	const { facts, failures } = await way.facts(keys);
	told.failures.push(...failures);
	const open: Open[] = [];
	const asked = facts.map((one) => findQuestions(one, open, errand));
	if (open.length > 0) await inChunks(open, questionsAtOnce, 1, countChunk, way);
	for (const { facts: one, known, counts, failures: more } of asked) {
		const all = more.length > 0 ? { ...one, failures: [...one.failures, ...more] } : one;
		told.keys.push(readKey(all, counts, known, memory, circumstances, told.tables));
	}
	return facts.length;
}

/** A key, and what is gathered until it can be read. */
interface AskedKey {
	readonly facts: KeyFacts;
	/** What is remembered of each group. */
	readonly known: readonly (GroupMemory | undefined)[];
	/** Of each group. */
	readonly counts: (Counts | undefined)[];
	failures: readonly Failure[];
}

/** A question, and where its answer belongs. */
interface Open {
	readonly question: Question;
	readonly asked: AskedKey;
	/** Which of the groups. */
	readonly at: number;
	readonly about: keyof Counts;
}

/** @returns how many questions were answered */
async function countChunk(open: readonly Open[], way: Way): Promise<number> {
	const counted = await way.counts(open.map(({ question }) => question));
	for (const [index, one] of counted.entries()) {
		const answered = open[index] as Open;
		const { asked, at } = answered;
		if ('count' in one) asked.counts[at] = withAnswer(asked.counts[at], answered, one);
		else if (!isGone(one)) asked.failures = [...asked.failures, one];
	}
	return counted.length;
}

/** What is still to be counted of a key goes to `open`; what is known without is among its counts. */
function findQuestions(
	facts: KeyFacts,
	open: Open[],
	{ memory, limits: { countCap, abandonedAfterMs }, circumstances }: KeyErrand,
): AskedKey {
	const { key, stream, groups = [] } = facts;
	const before = memory.rowOf(key.name);
	const known = recall(memory.table, before, groups);
	const counts = new Array<Counts | undefined>(groups.length);
	const asked: AskedKey = { facts, known, counts, failures: noFailures };
	if (stream === undefined) return asked;
	const kept = keptFrom(stream);
	const keptBefore = before === undefined ? undefined : memory.table.kept(before, kept);
	for (let at = 0; at < groups.length; at++) {
		const group = groups[at] as GroupFacts;
		const range = entriesToCount(stream, group, known[at]?.anchor, circumstances, countCap);
		if (range)
			open.push({
				question: { key, group: group.name, of: 'entries', range },
				asked,
				at,
				about: 'entries',
			});
		const abandoned = abandonedOf(group, circumstances.nowMs, abandonedAfterMs, countCap);
		if (abandoned === 0) counts[at] = noneAbandoned;
		else if (typeof abandoned === 'number') counts[at] = { abandoned };
		else if (abandoned)
			open.push({
				question: { key, group: group.name, of: 'pending', ...abandoned },
				asked,
				at,
				about: 'abandoned',
			});
		const lost = pendingLost(group, keptBefore, kept, countCap);
		if (lost)
			open.push({
				question: { key, group: group.name, of: 'pending', ...lost },
				asked,
				at,
				about: 'pendingLost',
			});
	}
	return asked;
}

/** The commonest answer by far. */
const noneAbandoned: Counts = { abandoned: 0 };

function withAnswer(
	counts: Counts | undefined,
	{ question, about }: Open,
	{ count, length }: { readonly count: number; readonly length?: number },
): Counts {
	const isOfEntries = question.of === 'entries';
	return {
		entries: isOfEntries ? { range: question.range, entries: count, length } : counts?.entries,
		abandoned: about === 'abandoned' ? count : counts?.abandoned,
		pendingLost: about === 'pendingLost' ? count : counts?.pendingLost,
	};
}

/** Whether stream or group have vanished meanwhile: the next poll will not show them. */
function isGone(counted: Exclude<Counted, { count: number }>): boolean {
	if (!(counted.error instanceof ErrorReply)) return false;
	const { message } = counted.error;
	return message.startsWith('NOGROUP') || codeOfError(message) === 'stream_missing';
}
