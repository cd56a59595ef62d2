import { readFile } from 'node:fs/promises';
import { startExporter } from '../../demo/exporter.ts';
import { type Contender, usuallyEveryMs } from './contender.ts';
import type { Address, PlatformName } from './installation.ts';

/** 10,000 streams of Redis have more series than the exporter serves by default. */
const maxSeries = 1_000_000;

/** This exporter as it is built; otherwise with its defaults. */
export async function ours(
	platform: PlatformName,
	readEveryMs = usuallyEveryMs,
): Promise<Contender> {
	const packageJson = JSON.parse(
		await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
	);
	return {
		name: 'this exporter',
		version: packageJson.version,
		reads: 'at its own pace',
		readEveryMs,
		// V8 compiles what is used often: after forty polls that is still half as much as the polls themselves.
		warmUp: 100,
		lags:
			platform === 'kafka'
				? {
						metric: 'stream_consumer_partition_lag',
						labels: ['consumer_group', 'stream', 'partition'],
					}
				: { metric: 'stream_consumer_lag', labels: ['consumer_group', 'stream'] },
		start: (address) =>
			startExporter({
				poll: { interval: `${readEveryMs}ms`, timeout: `${readEveryMs}ms` },
				limits: { max_series: maxSeries },
				targets: [targetOf(platform, address)],
			}),
	};
}

/** Its part of the exporter's configuration; the name is that of the platform. */
export function targetOf(platform: PlatformName, address: Address): object {
	return { name: platform, platform, ...whereIs[platform](address) };
}

const whereIs: Readonly<Record<PlatformName, (address: Address) => object>> = {
	kafka: ({ server }) => ({ brokers: [server] }),
	nats: ({ server }) => ({ servers: [`nats://${server}`] }),
	redis: ({ server }) => ({ url: `redis://${server}`, streams: { include: ['orders:*'] } }),
};
