import { keyOf } from '../finder.ts';
import type { Carried, Derived, Expectation, Seen } from '../model.ts';
import { look, Rows } from '../records.ts';
import { atOnce } from '../steps.ts';
import { makeRoom } from './census.ts';
import { ConsumerColumns, ConsumerRecord } from './consumer-records.ts';
import { GroupTaker } from './groups.ts';
import type { GroupMemory, History, StreamMemory } from './history.ts';
import type { DerivePlan } from './plan.ts';
import { growPoints, rememberGroup, rememberPartitions } from './remember.ts';
import {
	StreamColumns,
	StreamRecord,
	takeSeeds,
	takeStream,
	takeWaiting,
	type WaitingPoint,
} from './streams.ts';

/** Groups and streams between two places where a round may be interrupted. */
const stepRecords = 50;
/** Streams whose sums are copied in between. */
const stepStreams = 1000;

/** The same as {@link deriveInSteps}, in one go. */
export function derive(history: History, carried: Carried, plan: DerivePlan): Derived {
	return atOnce(deriveInSteps(history, carried, plan));
}

/**
 * Compares what was read with what was read before, and adds what takes time to know. The same
 * readings, in the same order, give the same records.
 *
 * A large round takes longer than others should have to wait: it yields wherever it may be
 * interrupted. The history belongs to it until it is through.
 *
 * @param history - of this target; takes this round in
 */
export function* deriveInSteps(
	history: History,
	carried: Carried,
	plan: DerivePlan,
): Generator<void, Derived> {
	history.begin(carried.atMs);
	const census = yield* makeRoom(history, carried);
	yield;

	const waiting: WaitingPoint[] = [];
	const bytesLeft = history.bytesLeft(census.groupPartitions);
	for (let row = 0; row < census.streams.length; row++) {
		if (row % stepRecords === 0) yield;
		const memory = census.streams[row] as StreamMemory;
		const stream = look(carried.streams.records, row);
		const { partitions } = stream;
		const points = carried.agesByHead && memory.consumers > 0 ? census.firstPoints : 0;
		if (partitions) rememberPartitions(history, memory, partitions, points);
		// What was kept from an earlier reading was taken then.
		if (carried.streams.seen[row]?.readAtMs !== carried.atMs) continue;
		takeStream(history, memory, stream, carried.atMs, bytesLeft, waiting);
	}
	yield* growPoints(history, new Set(waiting.map(({ memory }) => memory)), census.groupPartitions);
	takeWaiting(history, waiting);
	yield* takeSeeds(history, carried.headSeeds);
	yield;

	const { records: groups, seen } = carried.groups;
	const { length } = groups;
	const records = new ConsumerColumns(plan, groups, census.rows, carried.partitionDetail);
	const taker = new GroupTaker(history, carried, records);
	// An array that grows is copied again and again.
	const memories = new Array<GroupMemory>(length);
	/** Of the groups that are expected: whether they were read now. */
	const expected = new Map<string, boolean>();
	for (let row = 0; row < length; row++) {
		if (row % stepRecords === 0) {
			yield;
			records.begin(row, Math.min(row + stepRecords, length));
		}
		const group = look(groups, row);
		const before = census.groups[row];
		const stream = census.streamsOfGroups[row];
		const memory = rememberGroup(history, before, stream, group, carried.atMs, plan);
		memories[row] = memory;
		const { readAtMs } = seen[row] as Seen;
		if (memory.expected) expected.set(keyOf(group), readAtMs === carried.atMs);
		taker.take(row, memory, group, readAtMs, stream);
	}
	yield;

	const streams = new StreamColumns(plan, carried.partitionDetail, carried.streams.records);
	for (let row = 0; row < census.streams.length; row++) {
		if (row % stepStreams === 0) yield;
		if (look(carried.streams.records, row).elsewhere?.exported) continue;
		streams.add(row, census.streams[row] as StreamMemory);
	}
	yield* history.keepGroups(memories, census.known);
	yield* history.forget();
	return {
		consumers: new Rows(records, ConsumerRecord),
		streams: new Rows(streams, StreamRecord),
		expectations: expectations(expected, carried.listed, plan),
	};
}

/**
 * Which of the expected groups are there. What a partial listing lacks may exist.
 *
 * @param found - those that are known, and whether they were read now
 * @param listed - whether the listing was a whole one
 */
function expectations(
	found: ReadonlyMap<string, boolean>,
	listed: boolean,
	plan: DerivePlan,
): readonly Expectation[] {
	const { target, platform } = plan;
	return plan.expected.map(({ stream, consumerGroup }) => {
		const wasRead = found.get(keyOf({ stream, consumerGroup }));
		const isKnown = listed || wasRead === true;
		return {
			target,
			platform,
			stream,
			consumerGroup,
			...(isKnown && { missing: wasRead === undefined }),
		};
	});
}
