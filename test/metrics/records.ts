import type { Consumer, Derived, Records, StreamState } from '../../src/model.ts';

/** A group's record: what a test does not care about is as for a group at rest. */
export function consumer(facts: Partial<Consumer>): Consumer {
	return {
		target: 't',
		platform: 'kafka',
		stream: 's',
		consumerGroup: 'g',
		firstSeenMs: 0,
		status: 'ok',
		statusReason: 'lag 0',
		objective: {
			name: 'default',
			severity: 'warning',
			expressed: false,
			stalledAfterSeconds: 600,
			ignoreLag: 0,
		},
		breaches: {},
		expected: false,
		...facts,
	};
}

/** What was derived of a target, in lists as derive makes them. */
export function derivedOf({
	consumers = [],
	streams = [],
	...facts
}: Partial<Derived> = {}): Derived {
	return { consumers: listOf(consumers), streams: listOf(streams), expectations: [], ...facts };
}

/** A list of which one object is looked at, as derive's are: what is kept of a look changes. */
export function listOf<Record extends Consumer | StreamState>(
	records: Records<Record>,
): Records<Record> {
	const all = [...records];
	const looked: Partial<Record> = {};
	return {
		length: all.length,
		at: (row) => all[row],
		look(row) {
			for (const name of Object.keys(looked)) delete looked[name as keyof Record];
			return Object.assign(looked, all[row]) as Record;
		},
		[Symbol.iterator]: () => all[Symbol.iterator](),
	};
}
