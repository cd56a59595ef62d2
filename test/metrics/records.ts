import type { Consumer, Derived } from '../../src/model.ts';

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

/** What was derived of a target. */
export function derivedOf(facts: Partial<Derived>): Derived {
	return { consumers: [], streams: [], expectations: [], ...facts };
}
