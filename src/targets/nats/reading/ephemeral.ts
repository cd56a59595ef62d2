import type { Group } from '../../../model.ts';

/** The name of all ephemeral consumers of a stream together. No consumer can be called that. */
export const ephemeralGroup = '<ephemeral>';

/** One ephemeral consumer. */
export interface Ephemeral {
	readonly group: Group;
	readonly acknowledges: boolean;
}

/**
 * Makes one group of a stream's ephemeral consumers, whose own names change with every restart of a
 * client: the largest lag, what is pending in sum, and how many there are.
 */
export function rollUp(stream: string, ephemerals: readonly Ephemeral[]): Group {
	const groups = ephemerals.map(({ group }) => group);
	const kind = common(groups.map((group) => group.kind));
	const state = common(groups.map((group) => group.state));
	const pending = pendingInSum(ephemerals);
	return {
		stream,
		consumerGroup: ephemeralGroup,
		...(kind !== undefined && { kind }),
		...(state !== undefined && { state }),
		lag: largest(groups.map((group) => group.lag)),
		...(pending !== undefined && { pending }),
		members: groups.length,
	};
}

/** Unknown as soon as one is: it might be the largest. */
function largest(lags: readonly Group['lag'][]): Group['lag'] {
	let messages = 0;
	for (const lag of lags) {
		if (!('messages' in lag)) return lag;
		messages = Math.max(messages, lag.messages);
	}
	return { messages };
}

/** Absent when none acknowledges, and when one that does could not be told. */
function pendingInSum(ephemerals: readonly Ephemeral[]): number | undefined {
	const counted = ephemerals.filter(({ acknowledges }) => acknowledges);
	if (counted.length === 0) return undefined;
	return counted.reduce<number | undefined>(
		(sum, { group }) =>
			sum === undefined || group.pending === undefined ? undefined : sum + group.pending,
		0,
	);
}

function common(values: readonly (string | undefined)[]): string | undefined {
	const [first] = values;
	return values.every((value) => value === first) ? first : undefined;
}
