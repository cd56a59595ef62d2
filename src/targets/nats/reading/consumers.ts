import type { Group, Unread } from '../../../model.ts';
import { type Filter, passes } from '../../../options/pattern.ts';
import { displayText } from '../../name.ts';
import { type Finding, found, nameless, outOfRange } from '../findings.ts';
import { type Beside, readConsumer } from './consumer.ts';
import { type ConsumerEntry, MalformedEntry, readEntry } from './entry.ts';
import { type Ephemeral, ephemeralGroup, rollUp } from './ephemeral.ts';
import type { Listing } from './listing.ts';

const operation = 'consumer_list';

/** Why a consumer could not be read: the code of the problem and the reason of what is unread. */
type Reason = 'missing' | 'no_leader' | 'malformed_answer';

/** What is wanted of a stream's consumers. */
export interface ConsumersWanted {
	readonly scope: Filter;
	/** Those without a durable name make one group, which is in or out of scope under its own name. */
	readonly ephemeral: 'rollup' | 'ignore';
	/** Which of them are read here, by their names as shown; the others are counted. */
	owns(group: string): boolean;
}

/** One consumer in scope, that can be read. */
export interface Listed {
	/** As the server has it. */
	readonly name: string;
	readonly entry: ConsumerEntry;
}

/** What a listing of one stream's consumers says. */
export interface ConsumersListed {
	/** As the server has it. */
	readonly stream: string;
	readonly durable: readonly Listed[];
	readonly ephemeral: readonly Listed[];
	/** Why not all ephemeral ones are there: neither the largest lag nor the sum is known then. */
	readonly ephemeralUnread?: Reason;
	/** Groups in scope that are not read here. */
	readonly elsewhere: number;
	readonly unread: readonly Unread[];
	readonly findings: readonly Finding[];
	readonly complete: boolean;
}

/**
 * Picks the consumers of one stream that are in scope and can be read; yields wherever it may be
 * interrupted.
 *
 * @param streamName - as the server has it
 * @param subject - that was asked
 */
export function* pickConsumers(
	streamName: string,
	listing: Listing,
	subject: string,
	{ scope, ephemeral, owns }: ConsumersWanted,
): Generator<void, ConsumersListed> {
	const stream = displayText(streamName);
	const durable: Listed[] = [];
	const ephemerals: Listed[] = [];
	const unread: Unread[] = [];
	const findings: Finding[] = [];
	let ephemeralUnread: Reason | undefined;
	let perhapsEphemeralUnread: Reason | undefined;
	const elsewhere = new Set<string>();
	const wantsEphemeral = ephemeral === 'rollup' && passes(scope, ephemeralGroup);
	const isElsewhere = (group: string) => {
		if (owns(group)) return false;
		elsewhere.add(group);
		return true;
	};

	const cannotRead = (name: string, code: Reason, why: string) => {
		findings.push({ code, operation, subject: `${stream}/${name}`, reason: why });
	};
	const cannotTellKind = (name: string, code: Reason, why: string) => {
		perhapsEphemeralUnread ??= code;
		if (!passes(scope, name) || isElsewhere(name)) return;
		unread.push({ stream, consumerGroup: name, reason: code });
		cannotRead(name, code, why);
	};

	for (const [name, content] of listing.entries) {
		yield;
		const shown = displayText(name);
		const entry = entryOrMistake(content);
		if (entry instanceof MalformedEntry) {
			const why = `the consumer's entry cannot be read: ${entry.message}`;
			cannotTellKind(shown, 'malformed_answer', why);
			continue;
		}
		const isEphemeral = !entry.isDurable;
		if (isEphemeral ? !wantsEphemeral : !passes(scope, shown)) continue;
		if (isElsewhere(isEphemeral ? ephemeralGroup : shown)) continue;
		if (entry.hasLeader) {
			(isEphemeral ? ephemerals : durable).push({ name, entry });
			continue;
		}
		if (isEphemeral) ephemeralUnread ??= 'no_leader';
		else unread.push({ stream, consumerGroup: shown, reason: 'no_leader' });
		cannotRead(shown, 'no_leader', 'the consumer has no leader; are enough of its servers up?');
	}
	for (const name of listing.missing) {
		const why = "the consumer's leader did not answer; are its servers up?";
		cannotTellKind(displayText(name), 'missing', why);
	}
	if (ephemerals.length > 0) ephemeralUnread ??= perhapsEphemeralUnread;
	if (ephemeralUnread) {
		unread.push({ stream, consumerGroup: ephemeralGroup, reason: ephemeralUnread });
	}
	if (listing.nameless > 0) findings.push(nameless(operation, subject, listing.nameless));
	if (listing.failure) findings.push(found(listing.failure, operation, subject));
	return {
		stream: streamName,
		durable,
		ephemeral: ephemerals,
		...(ephemeralUnread && { ephemeralUnread }),
		elsewhere: elsewhere.size,
		unread,
		findings,
		complete: listing.failure === undefined && listing.nameless === 0,
	};
}

function entryOrMistake(content: unknown): ConsumerEntry | MalformedEntry {
	try {
		return readEntry(content);
	} catch (error) {
		if (error instanceof MalformedEntry) return error;
		throw error;
	}
}

/** Groups, and what was wrong with their numbers. */
export interface GroupsRead {
	readonly groups: readonly Group[];
	readonly findings: readonly Finding[];
}

/**
 * Yields wherever it may be interrupted.
 *
 * @param beside - what is known of a consumer otherwise, by its name as the server has it
 */
export function* readConsumers(
	listed: ConsumersListed,
	beside: (consumer: Listed) => Beside,
): Generator<void, GroupsRead> {
	const stream = displayText(listed.stream);
	const findings: Finding[] = [];
	let name = '';
	const refuse = (field: string) => {
		findings.push(outOfRange(operation, `${stream}/${name}`, field));
	};
	const read = (consumer: Listed): Group => {
		name = displayText(consumer.name);
		return readConsumer(stream, name, consumer.entry, beside(consumer), refuse);
	};
	const groups: Group[] = [];
	for (const consumer of listed.durable) {
		yield;
		groups.push(read(consumer));
	}
	if (listed.ephemeral.length > 0 && !listed.ephemeralUnread) {
		const ephemerals: Ephemeral[] = [];
		for (const consumer of listed.ephemeral) {
			yield;
			ephemerals.push({ group: read(consumer), acknowledges: consumer.entry.acknowledges });
		}
		groups.push(rollUp(stream, ephemerals));
	}
	return { groups, findings };
}
