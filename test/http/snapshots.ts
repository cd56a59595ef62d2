import type { Consumer, Snapshot, Status, StreamState, TargetState } from '../../src/model.ts';
import { recentPolls } from '../../src/model.ts';
import { initialState } from '../../src/poll/target-state.ts';
import { consumer, listOf } from '../metrics/records.ts';

/** A snapshot of what a test cares about. */
export function snapshotOf({
	consumers = [],
	streams = [],
	...facts
}: Partial<Snapshot>): Snapshot {
	return {
		targets: [],
		exposition: noExposition,
		...facts,
		consumers: listOf(consumers),
		streams: listOf(streams),
	};
}

const noExposition = { parts: [], crc32: 0 };

/** A target that was just read. */
export function targetState(facts: Partial<TargetState> = {}): TargetState {
	return {
		...initialState('t', { name: 'kafka', operations: [], problems: [] }, 15),
		lastResult: 'ok',
		...facts,
	};
}

/** A consumer whose last lags were these, the oldest first. */
export function withRecentLags(facts: Partial<Consumer>, lags: readonly number[]): Consumer {
	const recentLags = new Float32Array(recentPolls).fill(Number.NaN);
	recentLags.set(lags, recentPolls - lags.length);
	return consumer({ ...facts, recentLags });
}

/** As many groups as are asked for, with a mixture of troubles; the same every time. */
export function crowd(count: number, nowMs: number): Snapshot {
	const platforms = ['kafka', 'redis', 'nats'] as const;
	const recentLags = new Float32Array(count * recentPolls);
	const streams: StreamState[] = [];
	const consumers = Array.from({ length: count }, (_, index) => {
		const platform = platforms[index % 3] ?? 'kafka';
		const status = crowdStatuses[(index * 7919) % crowdStatuses.length] ?? 'ok';
		const lag = status === 'ok' ? 0 : (index * 104_729) % 1_000_003;
		for (let poll = 0; poll < recentPolls; poll++) {
			recentLags[index * recentPolls + poll] = Math.round((lag * (5 + ((index + poll) % 10))) / 14);
		}
		return consumer({
			target: `${platform}-${index % 9}`,
			platform,
			stream: `orders.region-${index % 977}.v1`,
			consumerGroup: `service-${index}`,
			lag,
			lagSeconds: lag / 100,
			stalledSeconds: lag / 100,
			stoppedSeconds: 0,
			consumedTotal: index,
			lostTotal: 0,
			members: index % 5,
			pending: index % 100,
			retentionHeadroomSeconds: 604_800 - (index % 600_000),
			...(status === 'catching_up' && { drainSeconds: lag / 50 }),
			status,
			statusReason: `lag ${lag}, up from ${Math.round(lag / 2)} in 2 min 15 s`,
			recentLags: recentLags.subarray(index * recentPolls, (index + 1) * recentPolls),
		});
	});
	const targets = Array.from({ length: 9 }, (_, index) => {
		const platform = platforms[index % 3] ?? 'kafka';
		return targetState({
			target: `${platform}-${index}`,
			platform,
			lastPollTimestampSeconds: nowMs / 1000 - index,
			lastSuccessTimestampSeconds: nowMs / 1000 - index,
		});
	});
	return snapshotOf({ targets, consumers, streams });
}

/** Most groups fare well. */
const crowdStatuses: readonly Status[] = [
	...Array.from({ length: 87 }, () => 'ok' as const),
	...(['behind', 'behind', 'behind', 'catching_up', 'catching_up', 'stalled'] as const),
	...(['stopped', 'losing', 'paused', 'unknown'] as const),
];
