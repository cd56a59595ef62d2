import type { Answers } from './answers.ts';

/** How long the lists of groups are doubted after something has happened to coordinators. */
const doubtMs = 30_000;

/** The leaders of this topic's partitions coordinate groups. */
const offsetsTopic = '__consumer_offsets';

/**
 * Remembers which groups were listed lately, and when coordinators were last unsettled: by a broker
 * that was connected to anew, one that failed, or a change of leaders. A broker that has just become
 * coordinator lists its groups only once it has loaded them, and answers without an error before.
 */
export class Settling {
	readonly #listedAtMs = new Map<string, number>();
	#leaders: string | undefined;
	#connects = 0;
	#unsettledAtMs = Number.NEGATIVE_INFINITY;

	/** Whether groups are on no list now that were on one lately. */
	lacksGroups(listings: Answers['listings']): boolean {
		const now = listedIn(listings);
		for (const groupId of this.#listedAtMs.keys()) if (!now.has(groupId)) return true;
		return false;
	}

	/**
	 * Takes note of a poll.
	 *
	 * @param connects - connections that were begun since the target was made
	 * @returns whether groups that are on no list may well exist
	 */
	learn({ listings, metadata }: Answers, connects: number, nowMs: number): boolean {
		const leaders = metadata.topics.find(({ topic }) => topic === offsetsTopic)?.leaders.join();
		const isFirst = this.#connects === 0;
		const unsettled =
			connects !== this.#connects ||
			leaders !== this.#leaders ||
			listings.some((listing) => 'error' in listing);
		if (unsettled && !isFirst) this.#unsettledAtMs = nowMs;
		this.#connects = connects;
		this.#leaders = leaders;

		const listed = listedIn(listings);
		for (const groupId of listed) this.#listedAtMs.set(groupId, nowMs);
		const settled = nowMs - this.#unsettledAtMs > doubtMs;
		let lacks = false;
		for (const [groupId, atMs] of this.#listedAtMs) {
			if (listed.has(groupId)) continue;
			if (settled || nowMs - atMs > doubtMs) this.#listedAtMs.delete(groupId);
			else lacks = true;
		}
		return lacks;
	}
}

function listedIn(listings: Answers['listings']): ReadonlySet<string> {
	const groupIds = new Set<string>();
	for (const listing of listings) {
		if ('error' in listing) continue;
		for (const { groupId } of listing.answer.groups) groupIds.add(groupId);
	}
	return groupIds;
}
