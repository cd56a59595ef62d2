import type { Carried, Group, Kept, Reading, Seen, Stream } from '../src/model.ts';

export const intervalSeconds = 15;

/**
 * Producers at uneven rates and groups that commit, lag and catch up: the same every time. Its
 * columns are written over from round to round, as a target makes new ones each time.
 */
export class World {
	#streams: readonly Stream[];
	#groups: readonly Group[];
	#round = 0;

	constructor(topics: number, partitions: number, groupsOnEach: number) {
		const ids = Int32Array.from({ length: partitions }, (_, index) => index);
		const streams: Stream[] = [];
		const groups: Group[] = [];
		for (let topic = 0; topic < topics; topic++) {
			const name = `topic-${topic}`;
			const start = new Float64Array(partitions);
			const end = new Float64Array(partitions).fill(1000);
			streams.push({ name, partitions: { ids, start, end } });
			for (let group = 0; group < groupsOnEach; group++) {
				const consumerGroup = `group-${topic}-${group}`;
				const committed = new Float64Array(partitions).fill(1000);
				const lag = { ids: ids.slice(), start, end, committed };
				const readers = { present: true };
				groups.push({ stream: name, consumerGroup, state: 'stable', readers, lag });
			}
		}
		this.#streams = streams;
		this.#groups = groups;
	}

	/** From now on everything comes in the opposite order. */
	turnRound(): void {
		this.#streams = this.#streams.toReversed();
		this.#groups = this.#groups.toReversed();
	}

	/** The world one interval later, as a target reads it. */
	read(): Reading {
		const { streams, groups } = this.next();
		return {
			streams: streams.records,
			groups: groups.records,
			unread: [],
			complete: true,
			problems: [],
			partitionDetail: true,
			agesByHead: true,
		};
	}

	/** When the latest reading was made. */
	get atMs(): number {
		return this.#round * intervalSeconds * 1000;
	}

	/** The world one interval later, as carry gives it. */
	next(): Carried {
		const round = ++this.#round;
		const { atMs } = this;
		const seen: Seen = { readAtMs: atMs, listedAtMs: atMs, missedListings: 0 };
		for (const [topic, { partitions }] of this.#streams.entries()) {
			const { ids, end } = partitions ?? { ids: [], end: new Float64Array() };
			for (let row = 0; row < ids.length; row++) {
				const burst = (round + row + topic) % 7 === 0 ? 400 : 50;
				end[row] = (end[row] as number) + burst + ((row * 31 + round * 17 + topic) % 23);
			}
		}
		let index = 0;
		for (const { lag } of this.#groups) {
			index += 1;
			if (!('ids' in lag) || !lag.committed) continue;
			for (let row = 0; row < lag.ids.length; row++) {
				// A third is dead, the others commit most of what there is, at different times.
				if ((index + row) % 3 === 0 || (round + row) % 2 === 0) continue;
				lag.committed[row] = (lag.end[row] as number) - ((round * row) % 40);
			}
		}
		return {
			atMs,
			listed: true,
			partitionDetail: true,
			agesByHead: true,
			headSeeds: [],
			streams: kept(this.#streams, seen),
			groups: kept(this.#groups, seen),
		};
	}
}

function kept<T>(records: readonly T[], seen: Seen): Kept<T> {
	return { records, seen: new Array<Seen>(records.length).fill(seen) };
}
