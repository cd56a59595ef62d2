import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { derive } from '../src/derive/derive.ts';
import { History } from '../src/derive/history.ts';
import { planOf } from '../src/derive/plan.ts';
import { table } from './table.ts';
import { intervalSeconds, World } from './world.ts';

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
