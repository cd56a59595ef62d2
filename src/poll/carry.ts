import { Finder, keyOf, type Names } from '../finder.ts';
import type { Carried, Group, Kept, Reading, Records, Seen, Stream, Unread } from '../model.ts';
import { Joined, look } from '../records.ts';
import { atOnce } from '../steps.ts';
import { carryRows } from './carry-rows.ts';

/** Records between two places where merging may be interrupted. */
const stepRecords = 250;

/** Complete listings in a row that must lack something before it counts as gone. */
const goneAfterListings = 3;

/** What no poll has listed for this long is forgotten, whatever the reason. */
const forgottenAfterMs = 60 * 60 * 1000;

/** The reason of what could not be read because its target, or its part of it, could not be. */
const notRead = 'not_read';

/**
 * Keeps what a reading could not read, or what vanished for a moment. The only owner of that grace:
 *
 * - something listed but not read, and everything when nothing could be read (`reading` absent),
 *   keeps its last values for `keepFailedMs`, then only its name and the reason remain;
 * - something that a complete listing does not show keeps its values until the third such listing
 *   in a row, for right after a restart brokers answer with empty lists and no error;
 * - what a partial listing does not show may still exist, and is kept like what was not read.
 *
 * @param atMs - when the reading was made, in milliseconds since 1970
 */
export function carry(...args: Parameters<typeof carryInSteps>): Carried {
	return atOnce(carryInSteps(...args));
}

/** The same as {@link carry}, yielding wherever it may be interrupted. */
export function* carryInSteps(
	previous: Carried | undefined,
	reading: Reading | undefined,
	atMs: number,
	keepFailedMs: number,
): Generator<void, Carried> {
	const unread = new UnreadReasons();
	for (const [at, one] of (reading?.unread ?? []).entries()) {
		if (at % stepRecords === 0) yield;
		unread.add(one);
	}
	const grace: Grace = { atMs, keepFailedMs, complete: reading?.complete ?? false, unread };

	const streams = new Merging(reading?.streams ?? [], previous?.streams, streamRules, grace);
	yield* streams.steps();
	const groups = new Merging(reading?.groups ?? [], previous?.groups, groupRules, grace);
	yield* groups.steps();
	yield* addUnread(groups, reading?.unread ?? []);

	const latest = reading ?? previous;
	return {
		atMs,
		listed: grace.complete,
		partitionDetail: latest?.partitionDetail ?? false,
		agesByHead: latest?.agesByHead ?? false,
		headSeeds: reading?.headSeeds ?? [],
		streams: streams.merged(),
		groups: groups.merged(),
	};
}

interface Rules<T> {
	namesOf(record: T): Names;
	/** What becomes of a record that was read, given what was known of it: itself, where it is whole. */
	fill(record: T, before: Known<T> | undefined, grace: Grace): T;
	/** What becomes of one that was not read. */
	keep(known: Known<T>, grace: Grace): Known<T> | undefined;
}

/** A record, and when it was last seen. */
interface Known<T> {
	readonly record: T;
	readonly seen: Seen;
}

const streamRules: Rules<Stream> = {
	namesOf: ({ name }) => ({ stream: name }),
	fill: withOldRows,
	keep: (known, grace) => keep(known, grace.unread.ofStream(known.record.name), grace, bareStream),
};

const groupRules: Rules<Group> = {
	namesOf: (group) => group,
	fill: withOldLagRows,
	keep: (known, grace) => {
		const { stream, consumerGroup } = known.record;
		return keep(known, grace.unread.ofGroup(stream, consumerGroup), grace, bareGroup);
	},
};

/** What was read, then what is kept of before; each name once. */
class Merging<T> {
	readonly #read: Records<T>;
	readonly #before: Kept<T>;
	readonly #rules: Rules<T>;
	readonly #grace: Grace;
	/** When what was read was seen. */
	readonly #now: Seen;
	/** What is taken of the reading; absent: all, as it is. */
	#taken: T[] | undefined;
	/** What comes after that. */
	readonly #added: Known<T>[] = [];

	constructor(read: Records<T>, before: Kept<T> | undefined, rules: Rules<T>, grace: Grace) {
		this.#read = read;
		this.#before = before ?? { records: [], seen: [] };
		this.#rules = rules;
		this.#grace = grace;
		this.#now = { readAtMs: grace.atMs, listedAtMs: grace.atMs, missedListings: 0 };
	}

	/** Until it is through, nobody else looks at what was read. */
	*steps(): Generator<void, void> {
		const rules = this.#rules;
		const { records: before } = this.#before;
		const finder = new Finder(before, rules.namesOf);
		const isRead = new Uint8Array(before.length);
		const isNew = new Set<string>();
		for (let row = 0; row < this.#read.length; row++) {
			if (row % stepRecords === 0) yield;
			const record = look(this.#read, row);
			const names = rules.namesOf(record);
			const { stream, consumerGroup } = names;
			if (!finder.isReadyFor(stream, consumerGroup)) yield* finder.makeIndex();
			const at = finder.indexOf(stream, consumerGroup);
			// Should a target tell something twice, its series must not be there twice.
			if (at === -1 ? isNew.has(keyOf(names)) : isRead[at] === 1) {
				yield* this.#takeFirst(row);
				continue;
			}
			if (at === -1) isNew.add(keyOf(names));
			else isRead[at] = 1;
			const isWhole = rules.fill(record, this.#knownAt(at), this.#grace) === record;
			if (!isWhole) yield* this.#takeFirst(row);
			if (this.#taken === undefined) continue;
			const made = this.#read.at(row) as T;
			this.#taken.push(isWhole ? made : rules.fill(made, this.#knownAt(at), this.#grace));
		}
		for (let at = 0; at < before.length; at++) {
			if (at % stepRecords === 0) yield;
			if (isRead[at] === 1) continue;
			const seen = this.#before.seen[at] as Seen;
			const still = rules.keep({ record: before.at(at) as T, seen }, this.#grace);
			if (still) this.#added.push(still);
		}
	}

	/** Adds what is known by name alone. */
	add(record: T): void {
		this.#added.push({ record, seen: this.#now });
	}

	merged(): Kept<T> {
		const taken = this.#taken ?? this.#read;
		const seen = new Array<Seen>(taken.length).fill(this.#now);
		if (this.#added.length === 0) return { records: taken, seen };
		for (const added of this.#added) seen.push(added.seen);
		return { records: new Joined([taken, this.#added.map(({ record }) => record)]), seen };
	}

	#knownAt(at: number): Known<T> | undefined {
		const seen = this.#before.seen[at];
		return seen && { record: look(this.#before.records, at), seen };
	}

	/** From now on records are taken one by one, as these first ones were. */
	*#takeFirst(rows: number): Generator<void, void> {
		if (this.#taken) return;
		const taken: T[] = [];
		for (let row = 0; row < rows; row++) {
			if (row % stepRecords === 0) yield;
			taken.push(this.#read.at(row) as T);
		}
		this.#taken = taken;
	}
}

/** Adds groups of which nothing is known but that they are there. */
function* addUnread(groups: Merging<Group>, unread: readonly Unread[]): Generator<void, void> {
	const isOfGroup = ({ stream, consumerGroup }: Unread) =>
		stream !== undefined && consumerGroup !== undefined;
	if (!unread.some(isOfGroup)) return;
	const known = new Set<string>();
	const { records } = groups.merged();
	for (let row = 0; row < records.length; row++) {
		if (row % stepRecords === 0) yield;
		known.add(keyOf(look(records, row)));
	}
	for (const [at, { stream, consumerGroup, reason }] of unread.entries()) {
		if (at % stepRecords === 0) yield;
		if (stream === undefined || consumerGroup === undefined) continue;
		const key = keyOf({ stream, consumerGroup });
		if (known.has(key)) continue;
		known.add(key);
		groups.add({ stream, consumerGroup, lag: { unknown: reason } });
	}
}

interface Grace {
	readonly atMs: number;
	readonly keepFailedMs: number;
	readonly complete: boolean;
	readonly unread: UnreadReasons;
}

/** What remains of a record that this reading does not hold; nothing when it is gone. */
function keep<T>(
	{ record, seen }: Known<T>,
	unreadReason: string | undefined,
	grace: Grace,
	bare: (record: T, reason: string) => T,
): Known<T> | undefined {
	const listed = unreadReason !== undefined;
	const missed = listed ? 0 : seen.missedListings + (grace.complete ? 1 : 0);
	if (missed >= goneAfterListings) return undefined;
	const listedAtMs = listed ? grace.atMs : seen.listedAtMs;
	if (grace.atMs - listedAtMs > forgottenAfterMs) return undefined;
	const expired = grace.atMs - seen.readAtMs > grace.keepFailedMs;
	return {
		record: expired ? bare(record, unreadReason ?? notRead) : record,
		seen: { readAtMs: seen.readAtMs, listedAtMs, missedListings: missed },
	};
}

function bareStream({ name, elsewhere }: Stream): Stream {
	return { name, ...(elsewhere && { elsewhere }) };
}

function bareGroup(group: Group, reason: string): Group {
	return { stream: group.stream, consumerGroup: group.consumerGroup, lag: { unknown: reason } };
}

function withOldRows(stream: Stream, before: Known<Stream> | undefined, grace: Grace): Stream {
	const { partitions } = stream;
	if (!partitions) return stream;
	const carried = carryRows(
		partitions,
		before?.record.partitions,
		before?.seen.readAtMs ?? 0,
		grace,
	);
	return carried === partitions ? stream : { ...stream, partitions: carried };
}

function withOldLagRows(group: Group, before: Known<Group> | undefined, grace: Grace): Group {
	const { lag } = group;
	if (!('ids' in lag)) return group;
	const old = before && 'ids' in before.record.lag ? before.record.lag : undefined;
	const carried = carryRows(lag, old, before?.seen.readAtMs ?? 0, grace);
	return carried === lag ? group : { ...group, lag: carried };
}

/** Looks up why something was not read, by stream, by group on every stream, or by both. */
class UnreadReasons {
	readonly #byStream = new Map<string, string>();
	readonly #byGroup = new Map<string, string>();
	readonly #byBoth = new Map<string, string>();

	add({ stream, consumerGroup, reason }: Unread): void {
		if (stream === undefined) {
			if (consumerGroup !== undefined) this.#byGroup.set(consumerGroup, reason);
		} else if (consumerGroup === undefined) {
			this.#byStream.set(stream, reason);
		} else {
			this.#byBoth.set(keyOf({ stream, consumerGroup }), reason);
		}
	}

	ofStream(stream: string): string | undefined {
		return this.#byStream.get(stream);
	}

	ofGroup(stream: string, consumerGroup: string): string | undefined {
		const own = this.#byBoth.size > 0 && this.#byBoth.get(keyOf({ stream, consumerGroup }));
		return own || (this.#byGroup.get(consumerGroup) ?? this.#byStream.get(stream));
	}
}
