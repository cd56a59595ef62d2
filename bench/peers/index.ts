import { parseArgs } from 'node:util';
import { buildExporter } from '../../demo/exporter.ts';
import { type Contender, findPeer } from './contender.ts';
import { type Installation, installations, type PlatformName } from './installation.ts';
import { setting } from './machine.ts';
import { type Counts, count, type Effort, measure, type Round } from './measure.ts';
import { ours } from './ours.ts';
import { peers } from './peers.ts';
import { heading, legend, line, type Measured } from './report.ts';

/**
 * This exporter beside others, on the same brokers one after the other, all seen from outside.
 *
 * `peers [kafka] [nats] [redis] [--scale=1] [--rounds=3] [--readings=10] [--seconds=30]`
 */
export async function benchPeers(
	print: (line: string) => void,
	args: readonly string[],
): Promise<void> {
	const asked = askedFor(args);
	await buildExporter(print);
	print(`${await setting()}; ${asked.rounds} rounds of ${asked.effort.readings} readings\n`);
	for (const platform of asked.platforms) {
		const installation = await installations[platform](asked.scale);
		try {
			const { server, shape } = installation;
			print(`### ${server.name} ${server.version}: ${shape}\n\n${heading}`);
			await compare(installation, asked.rounds, asked.effort, print);
		} finally {
			await installation.stop();
		}
		print('');
	}
	print(legend);
}

/** Every round runs all contenders once, so that what happens on the machine happens to all. */
async function compare(
	installation: Installation,
	rounds: number,
	effort: Effort,
	print: (line: string) => void,
): Promise<void> {
	const { contenders, missing } = await contendersFor(installation.platform);
	const counts = new Map<Contender, Counts>();
	const done = new Map<Contender, Round[]>(contenders.map((contender) => [contender, []]));
	for (const contender of contenders) {
		counts.set(contender, await count(contender, installation, 4));
	}
	for (let round = 0; round < rounds; round++) {
		for (const contender of contenders) {
			done.get(contender)?.push(await measure(contender, installation, effort));
		}
	}
	const measured = contenders.map(
		(contender): Measured => ({
			name: `${contender.name} ${contender.version}`,
			rounds: done.get(contender) ?? [],
			counts: counts.get(contender) as Counts,
		}),
	);
	for (const one of measured) print(line(one, measured[0] as Measured));
	for (const text of missing) print(`\n${text}`);
}

async function contendersFor(platform: PlatformName) {
	const contenders = [await ours(platform)];
	const missing: string[] = [];
	for (const peer of peers) {
		if (peer.platform !== platform) continue;
		const found = await findPeer(peer);
		if (found === undefined) {
			missing.push(`${peer.name}: not found on PATH; set ${peer.variable} to its path`);
		} else contenders.push(found);
	}
	return { contenders, missing };
}

function askedFor(args: readonly string[]) {
	const { values, positionals } = parseArgs({
		args: [...args],
		allowPositionals: true,
		options: {
			scale: { type: 'string', default: '1' },
			rounds: { type: 'string', default: '3' },
			readings: { type: 'string', default: '10' },
			seconds: { type: 'string', default: '30' },
		},
	});
	const known = Object.keys(installations) as PlatformName[];
	for (const name of positionals) {
		if (!(name in installations)) throw new Error(`${name} is none of ${known.join(', ')}`);
	}
	return {
		platforms: positionals.length === 0 ? known : (positionals as PlatformName[]),
		scale: positive('scale', values.scale),
		rounds: positive('rounds', values.rounds),
		effort: {
			readings: positive('readings', values.readings),
			scrapeSeconds: positive('seconds', values.seconds),
		},
	};
}

function positive(name: string, text: string): number {
	const value = Number(text);
	if (value > 0) return value;
	throw new Error(`--${name}=${text}: it must be a number above 0`);
}
