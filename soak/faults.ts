import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../test/brokers/index.ts';
import type { Manner } from '../test/brokers/proxy.ts';
import { type Lab, type PlatformName, platforms } from '../test/faults/lab.ts';
import type { Chance } from '../test/random.ts';

/** Something that goes wrong with a broker, for a while. */
interface Fault {
	readonly name: string;
	begin(lab: Lab, platform: PlatformName): Promise<void> | void;
	end(lab: Lab, platform: PlatformName): Promise<void> | void;
}

const faults: readonly Fault[] = [
	{
		name: 'hung',
		begin: (lab, platform) => lab.server(platform).suspend(),
		end: (lab, platform) => lab.server(platform).resume(),
	},
	{
		name: 'killed',
		begin: (lab, platform) => lab.server(platform).kill(),
		end: (lab, platform) => lab.server(platform).restart(),
	},
	proxied('reset', 'reset'),
	proxied('garbled', 'garble'),
	proxied('silent', 'hang'),
	proxied('slow', { delayMs: 200 }),
];

function proxied(name: string, manner: Manner): Fault {
	return {
		name,
		begin({ proxies }, platform) {
			proxies[platform].manner = manner;
		},
		end({ proxies }, platform) {
			proxies[platform].manner = 'pass';
		},
	};
}

/** A fault that is over. */
export interface Survived {
	/** `kafka hung` */
	readonly name: string;
	/** From when the broker answered others to when the exporter had read it, in milliseconds. */
	readonly backAfterMs: number;
}

/** How a run of faults is watched. */
export interface FaultsOptions {
	readonly lab: Lab;
	readonly chance: Chance;
	/** Least and most seconds between two faults. */
	readonly calmSeconds: readonly [number, number];
	/** Whether the exporter has read a target in full since a time. */
	readonly isReadSince: (platform: PlatformName, atMs: number) => boolean;
	/** Told when a fault begins and when all is well again. */
	readonly onFault: (name: string | undefined) => void;
}

/** One fault after another on one broker after another until the signal fires. */
export async function manyFaults(options: FaultsOptions, signal: AbortSignal): Promise<Survived[]> {
	const { lab, chance, calmSeconds, isReadSince, onFault } = options;
	const survived: Survived[] = [];
	// Each on each once, in an order of their own, before any comes again.
	let left: { readonly fault: Fault; readonly platform: PlatformName }[] = [];
	while (!signal.aborted) {
		await pause(chance.between(...calmSeconds), signal);
		if (signal.aborted) break;
		if (left.length === 0) {
			left = faults.flatMap((fault) => platforms.map((platform) => ({ fault, platform })));
		}
		const [one] = left.splice(chance.below(left.length), 1);
		if (one === undefined) break;
		const { fault, platform } = one;
		const name = `${platform} ${fault.name}`;
		onFault(name);
		await fault.begin(lab, platform);
		await pause(chance.between(4, 15), signal);
		await fault.end(lab, platform);
		await lab.answers(platform);
		const answersAtMs = Date.now();
		await until(`${name} is over and it is read again`, () => isReadSince(platform, answersAtMs), {
			timeoutMs: 60_000,
		});
		survived.push({ name, backAfterMs: Date.now() - answersAtMs });
		onFault(undefined);
	}
	return survived;
}

async function pause(seconds: number, signal: AbortSignal): Promise<void> {
	await sleep(seconds * 1000, undefined, { signal }).catch(() => {});
}
