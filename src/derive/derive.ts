import type { Carried, Consumer, Derived, Group, Kept, Stream, StreamState } from '../model.ts';
import { lagOf } from './lag.ts';

/** Whose readings they are. */
export interface Origin {
	readonly target: string;
	readonly platform: string;
}

/** Turns what was read into what is exported. Pure: the same input gives the same output. */
export function derive(carried: Carried, origin: Origin): Derived {
	const groupsOn = new Map<string, number>();
	const consumers: Consumer[] = [];
	for (const kept of carried.groups.values()) {
		consumers.push(consumer(kept, carried, origin));
		const { stream } = kept.record;
		groupsOn.set(stream, (groupsOn.get(stream) ?? 0) + 1);
	}
	const streams: StreamState[] = [];
	for (const { record } of carried.streams.values()) {
		streams.push(stream(record, groupsOn.get(record.name) ?? 0, carried.partitionDetail, origin));
	}
	return { consumers, streams };
}

function consumer(kept: Kept<Group>, carried: Carried, { target, platform }: Origin): Consumer {
	const { lag: _, position: __, ...facts } = kept.record;
	const { partitions, ...lag } = lagOf(kept, carried.atMs);
	return {
		target,
		platform,
		...facts,
		...lag,
		...(carried.partitionDetail && partitions && { partitions }),
	};
}

function stream(
	{ name, partitions, ...facts }: Stream,
	consumers: number,
	partitionDetail: boolean,
	{ target, platform }: Origin,
): StreamState {
	const length = partitions ? messagesKept(partitions.start, partitions.end) : undefined;
	return {
		target,
		platform,
		stream: name,
		...facts,
		...(length !== undefined && { length }),
		...(partitions && { partitionCount: partitions.ids.length }),
		consumers,
		...(partitionDetail && partitions && { partitions }),
	};
}

/** The sum of end - start; unknown when one partition is. */
function messagesKept(start: Float64Array, end: Float64Array): number | undefined {
	let sum = 0;
	for (let row = 0; row < end.length; row++) sum += (end[row] as number) - (start[row] as number);
	return Number.isNaN(sum) ? undefined : sum;
}
