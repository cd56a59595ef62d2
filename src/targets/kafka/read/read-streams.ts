import type { Partitions, Problem, Stream, Unread } from '../../../model.ts';
import { errorCode, isLeaderError, nameOfCode, problemOfCode } from '../error-codes.ts';
import type { Answers, Scope } from '../fetch/answers.ts';
import type { Leg } from '../fetch/legs.ts';
import { rowOf } from '../fetch/plan.ts';
import { addTo } from '../lists.ts';
import { fewOf } from '../problems.ts';
import type { FoundOffsets } from '../protocol/list-offsets.ts';

/** A topic: always with partitions. */
export type Topic = Stream & { readonly partitions: Partitions };

/**
 * The topics in scope, with the start and end of every partition that answered. Yields wherever it may
 * be interrupted.
 */
export function* readStreams(
	answers: Answers,
	scope: Scope,
	retentionSeconds: (topic: string) => number | undefined,
	problems: Problem[],
	unread: Unread[],
): Generator<void, ReadonlyMap<string, Topic>> {
	const streams = new Map<string, Topic>();
	for (const { topic, errorCode: code, partitions: ids, leaders } of answers.metadata.topics) {
		yield;
		if (!scope.streams(topic)) continue;
		if (code !== errorCode.none) {
			unread.push({ stream: topic, reason: problemOfCode(code) });
			problems.push({
				code: problemOfCode(code),
				operation: 'metadata',
				subject: topic,
				message: `topic ${topic} cannot be read: ${nameOfCode(code)}`,
			});
			continue;
		}
		if (leaders.some(isMissing)) {
			const leaderless = ids.filter((_, row) => isMissing(leaders[row] as number));
			problems.push({
				code: 'no_leader',
				operation: 'metadata',
				subject: topic,
				message: `topic ${topic}: partitions ${fewOf([...leaderless])} have no leader`,
			});
		}
		const seconds = retentionSeconds(topic);
		const start = new Float64Array(ids.length).fill(Number.NaN);
		const end = new Float64Array(ids.length).fill(Number.NaN);
		streams.set(topic, {
			name: topic,
			partitions: { ids, start, end },
			...(seconds !== undefined && { retentionSeconds: seconds }),
		});
	}
	// What is wrong with a partition is told with its end.
	const refused = yield* fill(answers.ends, streams, 'end');
	for (const problem of refusals(refused, streams)) problems.push(problem);
	yield* fill(answers.starts, streams, 'start');
	return streams;
}

/** Leaders are told by their node's number; -1 is none. */
function isMissing(leader: number): boolean {
	return leader < 0;
}

/** The latest refusals, by topic and partition. */
type Refused = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Puts offsets in their places; what was asked twice keeps what answered. */
function* fill(
	legs: readonly Leg<unknown, FoundOffsets>[],
	streams: ReadonlyMap<string, Topic>,
	column: 'start' | 'end',
): Generator<void, Refused> {
	const refused = new Map<string, Map<number, number>>();
	for (const leg of legs) {
		if ('error' in leg) continue;
		for (const { topic, rows, from, to } of leg.answer.topics) {
			yield;
			const partitions = streams.get(topic)?.partitions;
			if (!partitions) continue;
			for (let at = from; at < to; at++) {
				const partition = rows.partitions[at] as number;
				const row = rowOf(partitions.ids, partition);
				if (row === -1) continue;
				const code = rows.errorCodes[at] as number;
				const offset = rows.offsets[at] as number;
				if (code === errorCode.none && !(offset < 0)) partitions[column][row] = offset;
				if (code === errorCode.none) continue;
				const known = refused.get(topic) ?? new Map<number, number>();
				refused.set(topic, known.set(partition, code));
			}
		}
	}
	return refused;
}

/** Refusals that no later answer made good, once a topic and code. */
function* refusals(refused: Refused, streams: ReadonlyMap<string, Topic>): Iterable<Problem> {
	for (const [topic, codes] of refused) {
		const partitions = streams.get(topic)?.partitions;
		const byCode = new Map<number, number[]>();
		for (const [partition, code] of codes) {
			const row = partitions ? rowOf(partitions.ids, partition) : -1;
			if (row === -1 || !Number.isNaN(partitions?.end[row])) continue;
			addTo(byCode, code, partition);
		}
		for (const [code, which] of byCode) {
			const why = isLeaderError(code) ? 'they have no leader at the moment' : 'refused';
			yield {
				code: problemOfCode(code),
				operation: 'list_offsets',
				subject: topic,
				message: `topic ${topic}: the offsets of partitions ${fewOf(which)} cannot be read, ${why}: ${nameOfCode(code)}`,
			};
		}
	}
}
