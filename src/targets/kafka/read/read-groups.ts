import type { Group, Partitions, Problem, Unread } from '../../../model.ts';
import { errorCode, problemOfCode } from '../error-codes.ts';
import type { Answers, Scope } from '../fetch/answers.ts';
import { endsByTopic, rowOf } from '../fetch/plan.ts';
import type { GroupOffsets } from '../protocol/offset-fetch.ts';
import type { TopicOffsets } from '../protocol/offset-rows.ts';
import { type GroupFacts, groupRecord } from './read-members.ts';
import type { Topic } from './read-streams.ts';
import { Troubles } from './troubles.ts';

/**
 * The groups on each topic that they have committed on, with start and end beside the commit. Yields
 * wherever it may be interrupted.
 */
export function* readGroups(
	answers: Answers,
	facts: ReadonlyMap<string, GroupFacts>,
	streams: ReadonlyMap<string, Topic>,
	scope: Scope,
	problems: Problem[],
	unread: Unread[],
): Generator<void, readonly Group[]> {
	const groups: Group[] = [];
	const troubles = new Troubles(answers);
	const watermarks = endsByTopic(answers.watermarks);
	const columns = new CommittedColumns();
	for (const { groupId, errorCode: code, topics } of latestAnswers(answers, unread)) {
		yield;
		if (code !== errorCode.none) {
			unread.push({ consumerGroup: groupId, reason: problemOfCode(code) });
			troubles.refused(groupId, code);
			continue;
		}
		const fact = facts.get(groupId);
		for (const offsets of topics) {
			const stream = streams.get(offsets.topic);
			if (stream) {
				const lag = committedRows(offsets, stream.partitions, columns);
				if (lag.ids.length === 0) continue;
				const fitting = withOpenTransactions(lag, watermarks.get(stream.name));
				troubles.beyondEnd(groupId, stream.name, fitting);
				groups.push(groupRecord(groupId, fact, stream.name, fitting));
			} else if (scope.streams(offsets.topic)) {
				troubles.topicMissing(groupId, offsets.topic, unread);
			}
		}
	}
	for (const problem of troubles.problems()) problems.push(problem);
	return groups;
}

/** Of a group that was asked twice, the later answer. */
function latestAnswers(answers: Answers, unread: Unread[]): Iterable<GroupOffsets> {
	const byGroup = new Map<string, GroupOffsets>();
	const failed = new Set<string>();
	for (const leg of answers.offsets) {
		if ('error' in leg) for (const groupId of leg.asked.groupIds) failed.add(groupId);
		else for (const answer of leg.answer) byGroup.set(answer.groupId, answer);
	}
	for (const consumerGroup of failed) {
		if (!byGroup.has(consumerGroup)) unread.push({ consumerGroup, reason: 'not_read' });
	}
	return byGroup.values();
}

type Rows = Required<Pick<Partitions, 'ids' | 'start' | 'end' | 'committed'>>;

const rowsAtOnce = 8192;

/**
 * Columns of commits, cut from large ones: a reading has one for each group on each topic, and memory
 * of its own for each would cost more than what it holds.
 */
class CommittedColumns {
	#memory = new Float64Array(0);
	#used = 0;

	/** A column of that many rows, all NaN. */
	cut(rows: number): Float64Array {
		if (this.#used + rows > this.#memory.length) {
			this.#memory = new Float64Array(Math.max(rows, rowsAtOnce)).fill(Number.NaN);
			this.#used = 0;
		}
		const from = this.#used;
		this.#used += rows;
		return this.#memory.subarray(from, this.#used);
	}

	/** Takes back the column that was cut last. */
	giveBack(column: Float64Array): void {
		column.fill(Number.NaN);
		this.#used -= column.length;
	}
}

/**
 * The rows that a group has committed, with start and end of the topic's partitions. Where that is
 * all of them, as it mostly is, the topic's own columns are used.
 */
function committedRows(
	{ rows, from, to }: TopicOffsets,
	stream: Partitions,
	columns: CommittedColumns,
): Rows {
	const { ids, start, end } = stream;
	const committed = columns.cut(ids.length);
	let read = 0;
	const failed: number[] = [];
	for (let at = from; at < to; at++) {
		const offset = rows.offsets[at] as number;
		const row = rowOf(ids, rows.partitions[at] as number);
		// A partition that is gone cannot be read; below 0 nothing was committed.
		if (row === -1) continue;
		if (rows.errorCodes[at] !== errorCode.none || Number.isNaN(offset)) failed.push(row);
		else if (offset >= 0) {
			committed[row] = offset;
			read += 1;
		}
	}
	if (read + failed.length === ids.length) return { ids, start, end, committed };
	const kept = new Set(failed);
	for (let row = 0; row < committed.length; row++) {
		if (!Number.isNaN(committed[row])) kept.add(row);
	}
	const which = Int32Array.from(kept).sort();
	const pick = (column: Float64Array) => Float64Array.from(which, (row) => column[row] as number);
	const picked = {
		ids: which.map((row) => ids[row] as number),
		start: pick(start),
		end: pick(end),
		committed: pick(committed),
	};
	columns.giveBack(committed);
	return picked;
}

/**
 * With `isolation: read_committed` a group that reads uncommitted messages can be beyond the last
 * stable offset, up to the high watermark: it has read everything, and its lag is 0.
 */
function withOpenTransactions(
	rows: Rows,
	watermarks: ReadonlyMap<number, number> | undefined,
): Rows {
	if (!watermarks) return rows;
	const end = rows.end.map((last, row) => {
		const committed = rows.committed[row] as number;
		const watermark = watermarks.get(rows.ids[row] as number) ?? Number.NaN;
		return committed > last && committed <= watermark ? committed : last;
	});
	const { ids, start, committed } = rows;
	return { ids, start, end, committed };
}
