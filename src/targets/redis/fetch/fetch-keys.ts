import { codeOfError } from '../codes.ts';
import type { GroupFacts, KeyFacts } from '../facts.ts';
import type { Failure } from '../protocol/attempt.ts';
import { ErrorReply } from '../protocol/reply.ts';
import type { Counts } from '../read/group.ts';
import { type Circumstances, entriesToCount } from '../read/lag.ts';
import type { Memory } from '../read/memory.ts';
import { abandonedOf, keptFrom, pendingLost } from '../read/pending.ts';
import type { KeyAnswers } from '../read/read.ts';
import { inChunks } from './chunks.ts';
import type { Key } from './discovery.ts';
import type { Counted, Question, Way } from './way.ts';

/** How many keys one asking is about: the server's other clients wait for milliseconds at most. */
const keysAtOnce = 50;
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

/** What keys were told, as far as it goes: a connection can end in between. */
export interface Told {
	readonly answers: Map<Key, KeyAnswers>;
	readonly failures: Failure[];
}

/** Asks for everything about some keys: first what the server tells, then what must be counted. */
export async function fetchKeys(
	way: Way,
	keys: readonly Key[],
	memory: Memory,
	limits: Limits,
	circumstances: Circumstances,
	told: Told,
): Promise<void> {
	await inChunks(keys, keysAtOnce, chunksInFlight, async (chunk) => {
		const { facts, failures } = await way.facts(chunk);
		told.failures.push(...failures);
		const answers = await countAll(way, facts, memory, limits, circumstances);
		for (const one of answers) told.answers.set(one.facts.key, one);
		return facts.length;
	});
}

/** A question, and where its answer belongs. */
interface Open {
	readonly question: Question;
	readonly facts: KeyFacts;
	readonly group: GroupFacts;
	readonly about: keyof Counts;
}

async function countAll(
	way: Way,
	facts: readonly KeyFacts[],
	memory: Memory,
	limits: Limits,
	circumstances: Circumstances,
): Promise<readonly KeyAnswers[]> {
	const counts = new Map<GroupFacts, Counts>();
	const open = facts.flatMap((one) => openQuestions(one, counts, memory, limits, circumstances));
	const failures = new Map<KeyFacts, Failure[]>();
	await inChunks(open, questionsAtOnce, 1, async (chunk) => {
		const counted = await way.counts(chunk.map(({ question }) => question));
		for (const [at, one] of counted.entries()) {
			const asked = chunk[at] as Open;
			const { group, facts } = asked;
			if ('count' in one) counts.set(group, withAnswer(counts.get(group) ?? {}, asked, one));
			else if (!isGone(one)) failures.set(facts, [...(failures.get(facts) ?? []), one]);
		}
		return counted.length;
	});
	return facts.map((one) => {
		const more = failures.get(one);
		return { facts: more ? { ...one, failures: [...one.failures, ...more] } : one, counts };
	});
}

/** What is still to be counted; what is known without goes to `counts` right away. */
function openQuestions(
	facts: KeyFacts,
	counts: Map<GroupFacts, Counts>,
	memory: Memory,
	{ countCap, abandonedAfterMs }: Limits,
	circumstances: Circumstances,
): readonly Open[] {
	const { key, stream, groups = [] } = facts;
	if (stream === undefined) return [];
	const before = memory.get(key.name);
	const kept = keptFrom(stream);
	const open: Open[] = [];
	for (const group of groups) {
		const { anchor } = before?.groups.get(group.name) ?? {};
		const own = { key, group: group.bytes };
		const range = entriesToCount(stream, group, anchor, circumstances, countCap);
		if (range) {
			open.push({ question: { ...own, of: 'entries', range }, facts, group, about: 'entries' });
		}
		const abandoned = abandonedOf(group, circumstances.nowMs, abandonedAfterMs, countCap);
		if (typeof abandoned === 'number') counts.set(group, { abandoned });
		else if (abandoned) {
			open.push({
				question: { ...own, of: 'pending', ...abandoned },
				facts,
				group,
				about: 'abandoned',
			});
		}
		const lost = pendingLost(group, before?.kept, kept, countCap);
		if (lost) {
			open.push({
				question: { ...own, of: 'pending', ...lost },
				facts,
				group,
				about: 'pendingLost',
			});
		}
	}
	return open;
}

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
