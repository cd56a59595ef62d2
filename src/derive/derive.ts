import type { Carried, Consumer, Derived, Expectation, StreamState } from '../model.ts';
import { takeGroup } from './groups.ts';
import type { History } from './history.ts';
import type { DerivePlan } from './plan.ts';
import { growPoints, makeRoom, rememberGroup, rememberStream } from './remember.ts';
import { streamState, takeSeeds, takeStream, takeWaiting, type WaitingPoint } from './streams.ts';
import { copyLags, windowPolls } from './window.ts';

/**
 * Compares what was read with what was read before, and adds what takes time to know. The same
 * readings, in the same order, give the same records.
 *
 * @param history - of this target; takes this round in
 */
export function derive(history: History, carried: Carried, plan: DerivePlan): Derived {
	history.begin(carried.atMs);
	const { groupsOn, groupPartitions, memories, firstPoints } = makeRoom(history, carried);

	const waiting: WaitingPoint[] = [];
	for (const [name, kept] of carried.streams) {
		const points = carried.agesByHead && groupsOn.has(name) ? firstPoints : 0;
		const memory = rememberStream(history, name, kept.record.partitions, points);
		takeStream(history, memory, kept, carried.atMs, waiting);
	}
	growPoints(history, new Set(waiting.map(({ memory }) => memory)), groupPartitions);
	takeWaiting(history, waiting);
	takeSeeds(history, carried.headSeeds);

	const consumers: Consumer[] = [];
	// What is published does not change any more, so it has lags of its own.
	const recentLags = new Float32Array(carried.groups.size * windowPolls);
	for (const [key, kept] of carried.groups) {
		const memory = rememberGroup(
			history,
			key,
			memories[consumers.length],
			kept.record,
			carried.atMs,
			plan,
		);
		const consumer = takeGroup(history, memory, kept, carried, plan);
		consumer.recentLags = recentLags;
		consumer.recentLagsAt = consumers.length * windowPolls;
		const { lags } = history.groupRows.columns;
		const first = memory.row.offset * windowPolls;
		copyLags(lags, first, history.round, recentLags, consumer.recentLagsAt);
		consumers.push(consumer);
	}

	const streams: StreamState[] = [];
	for (const [name, { record }] of carried.streams) {
		const memory = history.streams.get(name);
		if (memory && !record.elsewhere?.exported)
			streams.push(streamState(record, memory, groupsOn.get(name) ?? 0, carried, plan));
	}
	history.forget();
	return { consumers, streams, expectations: expectations(carried, plan) };
}

/** Which of the expected groups are there. What a partial listing lacks may exist. */
function expectations(carried: Carried, plan: DerivePlan): readonly Expectation[] {
	if (plan.expected.length === 0) return [];
	const found = new Map<string, boolean>();
	const keyOf = (stream: string, consumerGroup: string) => JSON.stringify([stream, consumerGroup]);
	for (const { record, readAtMs } of carried.groups.values()) {
		const wasRead = readAtMs === carried.atMs;
		found.set(keyOf(record.stream, record.consumerGroup), wasRead);
	}
	const { target, platform } = plan;
	return plan.expected.map(({ stream, consumerGroup }) => {
		const wasRead = found.get(keyOf(stream, consumerGroup));
		const isKnown = carried.listed || wasRead === true;
		return {
			target,
			platform,
			stream,
			consumerGroup,
			...(isKnown && { missing: wasRead === undefined }),
		};
	});
}
