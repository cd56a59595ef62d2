import type { Partitions, Problem, Stream, Unread } from '../../model.ts';
import { passes } from '../../options/pattern.ts';
import { errorCode, nameOfCode, problemOfCode } from './error-codes.ts';
import type { Answers, Leg, Scope } from './fetch.ts';
import { fewOf } from './problems.ts';
import type { TopicEnds } from './protocol/list-offsets.ts';

/** A topic: always with partitions. */
export type Topic = Stream & { readonly partitions: Partitions };

/** The topics in scope, with the start and end of every partition that answered. */
export function readStreams(
	answers: Answers,
	{ streams: filter }: Scope,
	problems: Problem[],
	unread: Unread[],
): ReadonlyMap<string, Topic> {
	const ends = offsetsByTopic(answers.ends, problems);
	// What is wrong with a partition was told with its end.
	const starts = offsetsByTopic(answers.starts, []);
	const streams = new Map<string, Topic>();
	for (const { topic, errorCode: code, partitions } of answers.metadata.topics) {
		if (!passes(filter, topic)) continue;
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
		const leaderless = partitions.filter(({ leader }) => leader < 0);
		if (leaderless.length > 0) {
			problems.push({
				code: 'no_leader',
				operation: 'metadata',
				subject: topic,
				message: `topic ${topic}: partitions ${fewOf(leaderless.map(({ partition }) => partition))} have no leader`,
			});
		}
		const ids = Int32Array.from(partitions, ({ partition }) => partition).sort();
		streams.set(topic, {
			name: topic,
			partitions: {
				ids,
				start: column(ids, starts.get(topic)),
				end: column(ids, ends.get(topic)),
			},
		});
	}
	return streams;
}

/** Offsets by topic and partition; what a broker refused is told once a topic and code. */
function offsetsByTopic(
	legs: readonly Leg<unknown, readonly TopicEnds[]>[],
	problems: Problem[],
): ReadonlyMap<string, ReadonlyMap<number, number>> {
	const byTopic = new Map<string, Map<number, number>>();
	for (const leg of legs) {
		if ('error' in leg) continue;
		for (const { topic, partitions, offsets, errorCodes } of leg.answer) {
			const known = byTopic.get(topic) ?? new Map<number, number>();
			byTopic.set(topic, known);
			const refused = new Map<number, number[]>();
			for (let row = 0; row < partitions.length; row++) {
				const partition = partitions[row] as number;
				const code = errorCodes[row] as number;
				if (code === errorCode.none) known.set(partition, offsets[row] as number);
				else refused.set(code, [...(refused.get(code) ?? []), partition]);
			}
			for (const [code, which] of refused) {
				problems.push({
					code: problemOfCode(code),
					operation: 'list_offsets',
					subject: topic,
					message: `topic ${topic}: the offsets of partitions ${fewOf(which)} cannot be read: ${nameOfCode(code)}`,
				});
			}
		}
	}
	return byTopic;
}

/** Values in the order of ids; NaN where there is none. */
export function column(
	ids: Int32Array,
	values: ReadonlyMap<number, number> | undefined,
): Float64Array {
	return Float64Array.from(ids, (id) => values?.get(id) ?? Number.NaN);
}
