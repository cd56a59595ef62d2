import type { Group, HeadSeed, Partitions, PlainReading } from '../../../model.ts';
import { inTurns } from '../../../steps.ts';
import type { Cluster } from '../connect/client.ts';
import { errorCode } from '../error-codes.ts';
import type { FoundOffsets } from '../protocol/list-offsets.ts';
import type { Topic } from '../read/read-streams.ts';
import type { Answers } from './answers.ts';
import { askOffsets } from './ask.ts';
import { PartitionSet } from './partition-set.ts';
import { partitionsByLeader, rowOf } from './plan.ts';

/** How long before the first sight of a lag the ends are looked up, from the latest on. */
const agesMs = [1, 5, 15, 60, 6 * 60, 24 * 60].map((minutes) => minutes * 60_000);

/** A broker looks into its log for each: a large cluster is begun with over several polls. */
const partitionsPerPoll = 2000;

/** Groups or topics between two places where looking for what is to be asked may be interrupted. */
const stepGroups = 50;

/**
 * Asks where the ends of partitions were before they were first seen, of those that are first seen
 * with lag: once, so that the age of their lag is known at the start.
 */
export class HeadSeeds {
	readonly #asked = new PartitionSet();

	/** What can be told of partitions that lag for the first time; never throws for a broker. */
	async ask(
		cluster: Cluster,
		{ metadata }: Pick<Answers, 'metadata'>,
		reading: PlainReading,
		signal: AbortSignal,
	): Promise<readonly HeadSeed[]> {
		const due = await inTurns(this.#due(reading), signal);
		if (due.isEmpty || signal.aborted) return [];
		const nowMs = Date.now();
		const batches = partitionsByLeader(metadata.topics, due);
		const found = await Promise.all(
			agesMs.map(async (ageMs) => {
				const atMs = nowMs - ageMs;
				const legs = await askOffsets(cluster, atMs, 'read_uncommitted', batches, signal);
				return { atMs, answers: legs.flatMap((leg) => ('answer' in leg ? [leg.answer] : [])) };
			}),
		);
		// Who was not asked to the end is asked at the next poll.
		if (signal.aborted) return [];
		for (const topic of reading.streams) {
			for (const partition of due.of(topic.name)) this.#asked.add(topic.name, partition);
		}
		return await inTurns(seedsOf(found, reading.streams as readonly Topic[], nowMs), signal);
	}

	/** Yields wherever it may be interrupted. */
	*#due({ groups, streams }: PlainReading): Generator<void, PartitionSet> {
		const topics = new Set<string>();
		const due = new PartitionSet();
		const wereAsked = new Set<string>();
		for (const [at, { name, partitions }] of streams.entries()) {
			if (at % stepGroups === 0) yield;
			topics.add(name);
			const asked = this.#asked.of(name);
			if (partitions && hasAll(asked, partitions.ids)) wereAsked.add(name);
		}
		this.#asked.keepTopics(topics);
		for (let at = 0; at < groups.length; at++) {
			if (at % stepGroups === 0) yield;
			const { stream, lag } = groups[at] as Group;
			if (!('ids' in lag) || wereAsked.has(stream)) continue;
			const asked = this.#asked.of(stream);
			for (let row = 0; row < lag.ids.length; row++) {
				const partition = lag.ids[row] as number;
				if (!hasLag(lag, row) || asked.has(partition)) continue;
				if (due.size >= partitionsPerPoll) return due;
				due.add(stream, partition);
			}
		}
		return due;
	}
}

function hasAll(asked: ReadonlySet<number>, ids: Int32Array): boolean {
	for (const id of ids) if (!asked.has(id)) return false;
	return true;
}

function hasLag({ end, committed }: Partitions, row: number): boolean {
	return (end[row] as number) > (committed?.[row] as number);
}

/**
 * The ends at earlier times: the first message of a time or later had the offset that was the end
 * then, and still was when that message came. Producers' clocks are in it, so that answers are
 * dropped which are dated in the future, or which would have the end go back. Yields wherever it may be
 * interrupted.
 *
 * @param found - from the latest time to the earliest
 */
export function* seedsOf(
	found: readonly { readonly atMs: number; readonly answers: readonly FoundOffsets[] }[],
	streams: readonly Topic[],
	nowMs: number,
): Generator<void, readonly HeadSeed[]> {
	const partitions = new Map(streams.map((stream) => [stream.name, stream.partitions]));
	/** The end at the next later time, by topic and row. */
	const later = new Map<string, Float64Array>();
	const seeds: HeadSeed[] = [];
	for (const { atMs, answers } of found) {
		for (const { topics, timestamps } of answers) {
			for (const { topic, rows, from, to } of topics) {
				yield;
				const known = partitions.get(topic);
				if (!known) continue;
				const ends = later.get(topic) ?? known.end.slice();
				later.set(topic, ends);
				for (let at = from; at < to; at++) {
					const partition = rows.partitions[at] as number;
					const row = rowOf(known.ids, partition);
					if (row === -1 || rows.errorCodes[at] !== errorCode.none) continue;
					const offset = rows.offsets[at] as number;
					const cameMs = timestamps[at] as number;
					// Below 0: no message since then, so that the end was where it is now.
					const end = offset < 0 ? (known.end[row] as number) : offset;
					const before = ends[row] as number;
					if (cameMs > nowMs || !(end <= before)) continue;
					ends[row] = end;
					if (end < before && cameMs > atMs) {
						seeds.push({ stream: topic, partition, atMs: cameMs, end });
					}
					seeds.push({ stream: topic, partition, atMs, end });
				}
			}
		}
	}
	return seeds;
}
