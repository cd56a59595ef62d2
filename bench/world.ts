import type { Carried, Group, Kept, Reading, Seen, Stream } from '../src/model.ts';

export const intervalSeconds = 15;

/**
 * Producers at uneven rates and groups that commit, lag and catch up: the same every time. Its
 * columns are written over from round to round, as a target makes new ones each time.
 */
export class World {
	readonly #streams = new Map<string, Kept<Stream>>();
	readonly #groups = new Map<string, Kept<Group>>();
	#round = 0;

	constructor(topics: number, partitions: number, groupsOnEach: number) {
		const ids = Int32Array.from({ length: partitions }, (_, index) => index);
		for (let topic = 0; topic < topics; topic++) {
			const name = `topic-${topic}`;
			const start = new Float64Array(partitions);
			const end = new Float64Array(partitions).fill(1000);
			this.#streams.set(name, { record: { name, partitions: { ids, start, end } }, seen: unseen });
			for (let group = 0; group < groupsOnEach; group++) {
				const consumerGroup = `group-${topic}-${group}`;
				const committed = new Float64Array(partitions).fill(1000);
				const lag = { ids: ids.slice(), start, end, committed };
				const readers = { present: true };
				const record = { stream: name, consumerGroup, state: 'stable', readers, lag };
				this.#groups.set(`${name} ${consumerGroup}`, { record, seen: unseen });
			}
		}
	}

	/** The world one interval later, as a target reads it. */
	read(): Reading {
		const { streams, groups } = this.next();
		return {
			streams: streams.map(({ record }) => record),
			groups: groups.map(({ record }) => record),
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
		let topic = 0;
		for (const [name, { record }] of this.#streams) {
			const { ids, end } = record.partitions ?? { ids: [], end: new Float64Array() };
			for (let row = 0; row < ids.length; row++) {
				const burst = (round + row + topic) % 7 === 0 ? 400 : 50;
				end[row] = (end[row] as number) + burst + ((row * 31 + round * 17 + topic) % 23);
			}
			this.#streams.set(name, { record, seen });
			topic += 1;
		}
		let index = 0;
		for (const [key, { record }] of this.#groups) {
			const { lag } = record;
			index += 1;
			if (!('ids' in lag) || !lag.committed) continue;
			for (let row = 0; row < lag.ids.length; row++) {
				// A third is dead, the others commit most of what there is, at different times.
				if ((index + row) % 3 === 0 || (round + row) % 2 === 0) continue;
				lag.committed[row] = (lag.end[row] as number) - ((round * row) % 40);
			}
			this.#groups.set(key, { record, seen });
		}
		return {
			atMs,
			listed: true,
			partitionDetail: true,
			agesByHead: true,
			headSeeds: [],
			streams: [...this.#streams.values()],
			groups: [...this.#groups.values()],
		};
	}
}

const unseen: Seen = { readAtMs: 0, listedAtMs: 0, missedListings: 0 };
