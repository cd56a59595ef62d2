import type { Derived } from '../model.ts';
import { look } from '../records.ts';
import {
	type Declaration,
	type Info,
	isOn,
	type PartitionColumn,
	type PerPartition,
	type Plain,
	type Word,
	type Worded,
} from './catalogue/family.ts';
import { groupFamilies } from './catalogue/group.ts';
import { expectationFamilies } from './catalogue/objective.ts';
import { streamFamilies } from './catalogue/stream.ts';

type Family<Record> =
	| Plain<Record>
	| Worded<Record>
	| Word<Record>
	| Info<Record>
	| PerPartition<Record>;

/** Records between two places where counting may be interrupted. */
const stepRecords = 100;

/**
 * How many series a target's records make: those of single partitions apart from all others. It
 * yields wherever it may be interrupted.
 */
export function* countSeries(platform: string, { consumers, streams, expectations }: Derived) {
	const isHere = (family: Declaration) => isOn(platform, family);
	const ofGroups = groupFamilies.filter(isHere);
	const ofStreams = streamFamilies.filter(isHere);
	const partitionsOfGroups = ofGroups.filter(isPerPartition);
	const partitionsOfStreams = ofStreams.filter(isPerPartition);
	let partitions = 0;
	const groups = new Array<number>(consumers.length);
	for (let row = 0; row < consumers.length; row++) {
		if (row % stepRecords === 0) yield;
		const consumer = look(consumers, row);
		groups[row] = seriesOf(ofGroups, consumer);
		for (const { column } of partitionsOfGroups) partitions += known(column(consumer));
	}
	let others = 0;
	for (let row = 0; row < streams.length; row++) {
		if (row % stepRecords === 0) yield;
		const stream = look(streams, row);
		others += seriesOf(ofStreams, stream);
		for (const { column } of partitionsOfStreams) partitions += known(column(stream));
	}
	for (const one of expectations) others += seriesOf(expectationFamilies, one);
	return { groups, streams: others, partitions };
}

/** How many series a record makes, without those of single partitions. */
function seriesOf<Record>(families: readonly Family<Record>[], record: Record): number {
	let own = 0;
	for (const family of families) {
		if ('value' in family) own += family.value(record) === undefined ? 0 : 1;
		else if ('words' in family) {
			for (let word = 0; word < family.words.length; word++) {
				own += family.valueOf(record, word) === undefined ? 0 : 1;
			}
		} else if ('word' in family) own += family.word(record) === undefined ? 0 : 1;
		else if ('values' in family) own += 1;
	}
	return own;
}

function isPerPartition<Record>(family: Family<Record>): family is PerPartition<Record> {
	return 'column' in family;
}

function known(column: PartitionColumn | undefined): number {
	if (!column) return 0;
	const { ids, values, from } = column;
	let count = 0;
	for (let row = 0; row < ids.length; row++) {
		if (!Number.isNaN(values[from + row])) count += 1;
	}
	return count;
}
