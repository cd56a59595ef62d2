import type { Group, Unread } from '../../../model.ts';
import { type Filter, passes } from '../../../options/pattern.ts';
import { type Finding, found, nameless, outOfRange } from '../findings.ts';
import { acknowledges, consumerEntry, readConsumer } from './consumer.ts';
import { type Ephemeral, ephemeralGroup, rollUp } from './ephemeral.ts';
import { hasNoLeader } from './leader.ts';
import type { Listing } from './listing.ts';
import { shapeMistake } from './page.ts';
import { shownName } from './shown-name.ts';

/** The subject that lists a stream's consumers. */
export function consumerListSubject(stream: string): string {
	return `$JS.API.CONSUMER.LIST.${stream}`;
}

/** What a listing of one stream's consumers says. */
export interface ConsumersRead {
	readonly groups: readonly Group[];
	readonly unread: readonly Unread[];
	readonly findings: readonly Finding[];
	readonly complete: boolean;
}

const operation = 'consumer_list';

/** Why a consumer could not be read: the code of the problem and the reason of what is unread. */
type Reason = 'missing' | 'no_leader' | 'malformed_answer';

/**
 * Reads the consumers of one stream that are in scope. The ephemeral ones make one group, which is
 * in or out of scope under its own name.
 *
 * @param streamName - as the server has it
 */
export function readConsumers(streamName: string, listing: Listing, scope: Filter): ConsumersRead {
	const stream = shownName(streamName);
	const groups: Group[] = [];
	const ephemerals: Ephemeral[] = [];
	const unread: Unread[] = [];
	const findings: Finding[] = [];
	let ephemeralUnread: Reason | undefined;
	let perhapsEphemeralUnread: Reason | undefined;

	const cannotRead = (name: string, code: Reason, why: string) => {
		findings.push({ code, operation, subject: `${stream}/${name}`, reason: why });
	};
	const cannotTellKind = (name: string, code: Reason, why: string) => {
		perhapsEphemeralUnread ??= code;
		if (!passes(scope, name)) return;
		unread.push({ stream, consumerGroup: name, reason: code });
		cannotRead(name, code, why);
	};

	for (const [serverName, content] of listing.entries) {
		const name = shownName(serverName);
		const parsed = consumerEntry.safeParse(content);
		if (!parsed.success) {
			const why = `the consumer's entry cannot be read: ${shapeMistake(parsed.error)}`;
			cannotTellKind(name, 'malformed_answer', why);
			continue;
		}
		const entry = parsed.data;
		const ephemeral = (entry.config.durable_name ?? '') === '';
		if (!passes(scope, ephemeral ? ephemeralGroup : name)) continue;
		if (hasNoLeader(entry)) {
			if (ephemeral) ephemeralUnread ??= 'no_leader';
			else unread.push({ stream, consumerGroup: name, reason: 'no_leader' });
			cannotRead(name, 'no_leader', 'the consumer has no leader; are enough of its servers up?');
			continue;
		}
		const refuse = (field: string) =>
			findings.push(outOfRange(operation, `${stream}/${name}`, field));
		const group = readConsumer(stream, name, entry, refuse);
		if (ephemeral) ephemerals.push({ group, acknowledges: acknowledges(entry) });
		else groups.push(group);
	}
	for (const name of listing.missing) {
		const why = "the consumer's leader did not answer; are its servers up?";
		cannotTellKind(shownName(name), 'missing', why);
	}

	// Without one of them, neither the largest lag nor the sum is known.
	if (ephemerals.length > 0) ephemeralUnread ??= perhapsEphemeralUnread;
	if (ephemeralUnread) {
		unread.push({ stream, consumerGroup: ephemeralGroup, reason: ephemeralUnread });
	} else if (ephemerals.length > 0) {
		groups.push(rollUp(stream, ephemerals));
	}

	const subject = consumerListSubject(streamName);
	if (listing.nameless > 0) findings.push(nameless(operation, subject, listing.nameless));
	if (listing.failure) findings.push(found(listing.failure, operation, subject));
	const complete = listing.failure === undefined && listing.nameless === 0;
	return { groups, unread, findings, complete };
}
