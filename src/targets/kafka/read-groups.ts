import type { Group, Partitions, Problem, Unread } from '../../model.ts';
import { passes } from '../../options/pattern.ts';
import { errorCode, nameOfCode, problemOfCode } from './error-codes.ts';
import type { Answers, Scope } from './fetch.ts';
import { fewOf } from './problems.ts';
import type { ListedGroup } from './protocol/list-groups.ts';
import type { GroupOffsets, TopicOffsets } from './protocol/offset-fetch.ts';
import { column, type Topic } from './read-streams.ts';

/** The groups on each topic that they have committed on, with start and end beside the commit. */
export function readGroups(
	answers: Answers,
	listed: ReadonlyMap<string, ListedGroup>,
	streams: ReadonlyMap<string, Topic>,
	{ streams: filter }: Scope,
	problems: Problem[],
	unread: Unread[],
): readonly Group[] {
	const groups: Group[] = [];
	for (const leg of answers.offsets) {
		if ('error' in leg) {
			for (const consumerGroup of leg.asked) unread.push({ consumerGroup, reason: 'not_read' });
			continue;
		}
		for (const answer of leg.answer) {
			const { groupId, errorCode: code } = answer;
			if (code !== errorCode.none) {
				unread.push({ consumerGroup: groupId, reason: problemOfCode(code) });
				problems.push({
					code: problemOfCode(code),
					operation: 'offset_fetch',
					subject: groupId,
					message: `group ${groupId}: its offsets cannot be read: ${nameOfCode(code)}`,
				});
				continue;
			}
			groups.push(...readGroup(answer, listed.get(groupId), streams, filter, problems));
		}
	}
	return groups;
}

function* readGroup(
	{ groupId, topics }: GroupOffsets,
	listed: ListedGroup | undefined,
	streams: ReadonlyMap<string, Topic>,
	filter: Scope['streams'],
	problems: Problem[],
): Iterable<Group> {
	const kind = listed && kindOf(listed);
	const state = listed?.state ? snakeCase(listed.state) : undefined;
	const readers = readersOf(kind, state);
	for (const offsets of topics) {
		const { topic } = offsets;
		if (!passes(filter, topic)) continue;
		const partitions = streams.get(topic)?.partitions;
		if (!partitions) {
			problems.push({
				code: 'topic_gone',
				operation: 'offset_fetch',
				subject: `${groupId} on ${topic}`,
				message: `group ${groupId} has committed offsets on topic ${topic}, which does not exist`,
			});
			continue;
		}
		const lag = committedRows(offsets, partitions);
		if (lag.ids.length === 0) continue;
		const beyond = beyondEnd(lag);
		if (beyond.length > 0) {
			problems.push({
				code: 'commit_beyond_end',
				operation: 'offset_fetch',
				subject: `${groupId} on ${topic}`,
				message: `group ${groupId} has committed beyond the end of topic ${topic}, partitions ${fewOf(beyond)}: the topic was recreated or truncated, and the lag is unknown until a commit fits again`,
			});
		}
		yield {
			stream: topic,
			consumerGroup: groupId,
			...(kind !== undefined && { kind }),
			...(state !== undefined && { state }),
			...(readers && { readers }),
			lag,
		};
	}
}

/** The rows that a group has committed, with start and end of the topic's partitions. */
function committedRows(
	{ partitions, offsets, errorCodes }: TopicOffsets,
	stream: Partitions,
): Required<Pick<Partitions, 'ids' | 'start' | 'end' | 'committed'>> {
	const committed = new Map<number, number>();
	for (let row = 0; row < partitions.length; row++) {
		const failed = errorCodes[row] !== errorCode.none;
		const offset = offsets[row] as number;
		// -1: the group has committed nothing there.
		if (failed) committed.set(partitions[row] as number, Number.NaN);
		else if (!(offset < 0)) committed.set(partitions[row] as number, offset);
	}
	const ids = Int32Array.from(committed.keys()).sort();
	const starts = new Map<number, number>();
	const ends = new Map<number, number>();
	for (let row = 0; row < stream.ids.length; row++) {
		starts.set(stream.ids[row] as number, stream.start[row] as number);
		ends.set(stream.ids[row] as number, stream.end[row] as number);
	}
	return {
		ids,
		start: column(ids, starts),
		end: column(ids, ends),
		committed: column(ids, committed),
	};
}

function beyondEnd(rows: ReturnType<typeof committedRows>): readonly number[] {
	return [...rows.ids].filter(
		(_, row) => (rows.committed[row] as number) > (rows.end[row] as number),
	);
}

/** Offsets that were committed without a group protocol belong to a simple consumer. */
function kindOf({ type, protocolType }: ListedGroup): string | undefined {
	if (type === null) return undefined;
	return type.toLowerCase() === 'classic' && protocolType === '' ? 'simple' : snakeCase(type);
}

/** A group without a protocol is always empty: who reads without joining is not seen by the broker. */
function readersOf(kind: string | undefined, state: string | undefined): Group['readers'] {
	if (kind === 'simple' || state === undefined) return undefined;
	return { present: state !== 'empty' && state !== 'dead' };
}

/** `PreparingRebalance` is `preparing_rebalance`. */
function snakeCase(word: string): string {
	return word.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
