import type { PlainReading, Reading } from '../src/model.ts';
import type { Target } from '../src/targets/target.ts';

/** A target whose readings have all their records made. */
export interface PlainTarget extends Target {
	read(signal: AbortSignal): Promise<PlainReading>;
}

/** The same reading, with all its records made. */
export function plain(reading: Reading): PlainReading {
	return { ...reading, streams: [...reading.streams], groups: [...reading.groups] };
}

export function plainTarget(target: Target): PlainTarget {
	return {
		get requests() {
			return target.requests;
		},
		read: async (signal) => plain(await target.read(signal)),
		diagnose: (signal, tell) => target.diagnose(signal, tell),
		close: () => target.close(),
	};
}
