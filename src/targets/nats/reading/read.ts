import type { Group, Reading, Unread } from '../../../model.ts';
import type { Filter } from '../../../options/pattern.ts';
import { type Finding, problemsOf } from '../findings.ts';
import { readConsumers } from './consumers.ts';
import type { Listing } from './listing.ts';
import type { StreamsRead } from './streams.ts';

/** The server's number for a stream that does not exist. */
const streamNotFound = 10059;

/**
 * Makes a reading of what was listed.
 *
 * @param listings - of the consumers of each stream in {@link StreamsRead.streams}, by its name
 */
export function readAnswers(
	version: string | undefined,
	{ streams, ...streamsRead }: StreamsRead,
	listings: ReadonlyMap<string, Listing>,
	groupsInScope: Filter,
): Reading {
	const remaining = new Map(streams);
	const groups: Group[] = [];
	const unread: Unread[] = [...streamsRead.unread];
	const findings: Finding[] = [...streamsRead.findings];
	let { complete } = streamsRead;
	for (const [stream, listing] of listings) {
		if (listing.failure?.apiErrorCode === streamNotFound) {
			// Deleted after it was listed.
			remaining.delete(stream);
			continue;
		}
		const consumers = readConsumers(stream, listing, groupsInScope);
		groups.push(...consumers.groups);
		unread.push(...consumers.unread);
		findings.push(...consumers.findings);
		complete &&= consumers.complete;
	}
	return {
		...(version !== undefined && { version }),
		streams: [...remaining.values()],
		groups,
		unread,
		complete,
		problems: problemsOf(findings),
		partitionDetail: false,
	};
}
