import { buildExporter } from '../demo/exporter.ts';
import { median, row, short } from './numbers.ts';
import { platformsNamed } from './peers/asked.ts';
import { installations, type PlatformName } from './peers/installation.ts';
import { setting } from './peers/machine.ts';
import { count, measure } from './peers/measure.ts';
import { ours } from './peers/ours.ts';

/** Of the size that goals are about. */
const scales = [0.1, 0.3, 1] as const;

/** As often as the largest can be read. */
const everyMs = 1000;

/**
 * What a reading costs at growing sizes, and what one lag costs: linear where the latter stays.
 *
 * `growth [kafka] [nats] [redis]`
 */
export async function benchGrowth(
	print: (line: string) => void,
	args: readonly string[],
): Promise<void> {
	const platforms = platformsNamed(args);
	await buildExporter(print);
	print(`${await setting()}\n`);
	const heads = [
		'lags',
		'series',
		'reading ms',
		'after the poll',
		'CPU ms',
		'µs of CPU a lag',
		'KB',
		'RSS MB',
	];
	print(row(['installation', ...heads]));
	print(row(['---', ...heads.map(() => '---:')]));
	for (const platform of platforms) {
		for (const scale of scales) print(await measureAt(platform, scale));
	}
}

async function measureAt(platform: PlatformName, scale: number): Promise<string> {
	const installation = await installations[platform](scale);
	try {
		// Less often: the proxy that counts takes time of its own.
		const counts = await count(await ours(platform), installation, 4);
		if (counts.rightLags !== counts.lags) {
			throw new Error(`${counts.rightLags} of ${counts.lags} lags are right`);
		}
		const exporter = await ours(platform, everyMs);
		const round = await measure(exporter, installation, { readings: 10, scrapeSeconds: 5 });
		return row([
			`${platform}: ${installation.shape}`,
			counts.lags.toLocaleString('en-US'),
			counts.series.toLocaleString('en-US'),
			short(median(round.times.map(({ totalMs }) => totalMs))),
			short(median(round.times.map(({ afterPollMs }) => afterPollMs))),
			short(round.cpuMs),
			short((1000 * round.cpuMs) / counts.lags),
			short(counts.bytes / 1000),
			short(round.restingBytes / 1e6),
		]);
	} finally {
		await installation.stop();
	}
}
