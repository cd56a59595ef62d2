import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { derive } from '../src/derive/derive.ts';
import { History } from '../src/derive/history.ts';
import { planOf } from '../src/derive/plan.ts';
import type { Carried, Group, Kept, Stream } from '../src/model.ts';

/** An installation: so many topics with so many partitions, each read by so many groups. */
interface Shape {
	readonly name: string;
	readonly topics: number;
	readonly partitions: number;
	readonly groupsOnEach: number;
}

const shapes: readonly Shape[] = [
	{ name: '10 groups a topic', topics: 100, partitions: 100, groupsOnEach: 10 },
	{ name: '1 group a topic', topics: 1000, partitions: 100, groupsOnEach: 1 },
	{ name: '1 partition a topic, 1 group', topics: 100_000, partitions: 1, groupsOnEach: 1 },
	{ name: '10 groups a topic, ×10', topics: 1000, partitions: 100, groupsOnEach: 10 },
];

const intervalSeconds = 15;
/** Enough that every head's history is full and is thinned with each round. */
const warmUpRounds = 80;
const measuredRounds = 15;

/** Measures one round of derive: CPU of the process, and memory that histories hold. */
export async function benchDerive(print: (line: string) => void): Promise<void> {
	const rows: (readonly string[])[] = [];
	for (const shape of shapes) rows.push(await measure(shape));
	print(
		table([['shape', 'group-partitions', 'CPU ms a round', 'most', 'columns B', 'all B'], ...rows]),
	);
	print('CPU: median and most of 15 rounds. B: bytes a group-partition, of the columns, and with');
	print('every object that a history holds.');
}

async function measure(shape: Shape): Promise<readonly string[]> {
	const { name, topics, partitions, groupsOnEach } = shape;
	const groupPartitions = topics * partitions * groupsOnEach;
	const world = new World(topics, partitions, groupsOnEach);
	const plan = planOf({ target: 'bench', platform: 'kafka', intervalSeconds });
	const empty = await heldBytes();
	let history: History | undefined = new History(intervalSeconds);
	for (let round = 0; round < warmUpRounds; round++) derive(history, world.next(), plan);
	const withHistory = await heldBytes();
	const cpuMs: number[] = [];
	for (let round = 0; round < measuredRounds; round++) {
		const carried = world.next();
		const before = process.cpuUsage();
		derive(history, carried, plan);
		const { user, system } = process.cpuUsage(before);
		cpuMs.push((user + system) / 1000);
	}
	cpuMs.sort((a, b) => a - b);
	const columns = history.bytes / groupPartitions;
	history = undefined;
	return [
		name,
		groupPartitions.toLocaleString('en-US'),
		(cpuMs[cpuMs.length >> 1] ?? 0).toFixed(0),
		(cpuMs.at(-1) ?? 0).toFixed(0),
		columns.toFixed(0),
		((withHistory - empty) / groupPartitions).toFixed(0),
	];
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes that are reachable; what buffers held is given back only some time after a collection. */
async function heldBytes(): Promise<number> {
	for (let time = 0; time < 3; time++) {
		collectGarbage();
		await setImmediate();
	}
	const { heapUsed, arrayBuffers } = process.memoryUsage();
	return heapUsed + arrayBuffers;
}

/**
 * Producers at uneven rates and groups that commit, lag and catch up: the same every time. Its
 * columns are written over from round to round, as a target makes new ones each time.
 */
class World {
	readonly #streams = new Map<string, Kept<Stream>>();
	readonly #groups = new Map<string, Kept<Group>>();
	#round = 0;

	constructor(topics: number, partitions: number, groupsOnEach: number) {
		const ids = Int32Array.from({ length: partitions }, (_, index) => index);
		for (let topic = 0; topic < topics; topic++) {
			const name = `topic-${topic}`;
			const start = new Float64Array(partitions);
			const end = new Float64Array(partitions).fill(1000);
			this.#streams.set(name, kept({ name, partitions: { ids, start, end } }));
			for (let group = 0; group < groupsOnEach; group++) {
				const consumerGroup = `group-${topic}-${group}`;
				const committed = new Float64Array(partitions).fill(1000);
				const lag = { ids: ids.slice(), start, end, committed };
				const readers = { present: true };
				const record = { stream: name, consumerGroup, state: 'stable', readers, lag };
				this.#groups.set(`${name} ${consumerGroup}`, kept(record));
			}
		}
	}

	/** The world one interval later. */
	next(): Carried {
		const round = ++this.#round;
		const atMs = round * intervalSeconds * 1000;
		let topic = 0;
		for (const [name, { record }] of this.#streams) {
			const { ids, end } = record.partitions ?? { ids: [], end: new Float64Array() };
			for (let row = 0; row < ids.length; row++) {
				const burst = (round + row + topic) % 7 === 0 ? 400 : 50;
				end[row] = (end[row] as number) + burst + ((row * 31 + round * 17 + topic) % 23);
			}
			this.#streams.set(name, { ...kept(record), readAtMs: atMs });
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
			this.#groups.set(key, { ...kept(record), readAtMs: atMs });
		}
		return {
			atMs,
			listed: true,
			partitionDetail: true,
			agesByHead: true,
			headSeeds: [],
			streams: this.#streams,
			groups: this.#groups,
		};
	}
}

function kept<T>(record: T): Kept<T> {
	return { record, readAtMs: 0, listedAtMs: 0, missedListings: 0 };
}

function table(rows: readonly (readonly string[])[]): string {
	const widths = rows[0]?.map((_, column) =>
		Math.max(...rows.map((row) => row[column]?.length ?? 0)),
	);
	return rows
		.map((row) =>
			row
				.map((cell, column) => {
					const width = widths?.[column] ?? 0;
					return column === 0 ? cell.padEnd(width) : cell.padStart(width);
				})
				.join('  '),
		)
		.join('\n');
}
