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
 * client: the largest lag and the oldest messages, what is pending in sum, and how many there are.
 * They share no position, so nothing that compares readings is told of them.
 */
export function rollUp(stream: string, ephemerals: readonly Ephemeral[]): Group {
	const groups = ephemerals.map(({ group }) => group);
	const acknowledging = ephemerals.filter((one) => one.acknowledges).map(({ group }) => group);
	const kind = common(groups.map((group) => group.kind));
	const state = common(groups.map((group) => group.state));
	const lagSeconds = largest(groups.map((group) => group.lagSeconds));
	const pending = sum(acknowledging.map((group) => group.pending));
	const pendingAgeSeconds = largest(
		acknowledging.filter(({ pending: each }) => each !== 0).map((group) => group.pendingAgeSeconds),
	);
	return {
		stream,
		consumerGroup: ephemeralGroup,
		...(kind !== undefined && { kind }),
		...(state !== undefined && { state }),
		lag: largestLag(groups.map((group) => group.lag)),
		...(lagSeconds !== undefined && { lagSeconds }),
		...(pending !== undefined && { pending }),
		...(pendingAgeSeconds !== undefined && { pendingAgeSeconds }),
		members: groups.length,
	};
}

/** Unknown as soon as one is: it might be the largest. */
function largestLag(lags: readonly Group['lag'][]): Group['lag'] {
	let messages = 0;
	for (const lag of lags) {
		if (!('messages' in lag)) return lag;
		messages = Math.max(messages, lag.messages);
	}
	return { messages };
}

/** Absent as soon as one is, and of none. */
function largest(values: readonly (number | undefined)[]): number | undefined {
	const known = values.filter((value) => value !== undefined);
	return known.length === 0 || known.length < values.length ? undefined : Math.max(...known);
}

/** Absent as soon as one is, and of none. */
function sum(values: readonly (number | undefined)[]): number | undefined {
	const known = values.filter((value) => value !== undefined);
	if (known.length === 0 || known.length < values.length) return undefined;
	return known.reduce((total, value) => total + value, 0);
}

function common(values: readonly (string | undefined)[]): string | undefined {
	const [first] = values;
	return values.every((value) => value === first) ? first : undefined;
}
