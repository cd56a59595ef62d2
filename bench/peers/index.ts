import { buildExporter } from '../../demo/exporter.ts';
import { askedFor } from './asked.ts';
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
	const all = contenders.map((contender) => new Trial(contender, installation));
	for (const trial of all) await trial.attempt(() => trial.count());
	for (let round = 0; round < rounds; round++) {
		for (const trial of all) await trial.attempt(() => trial.measure(effort));
	}
	const measured = all.flatMap((trial) => trial.measured ?? []);
	for (const one of measured) print(line(one, measured[0] as Measured));
	for (const { failure } of all) if (failure !== undefined) print(`\n${failure}`);
	for (const text of missing) print(`\n${text}`);
}

/** What was measured of one contender so far. */
class Trial {
	failure: string | undefined;
	readonly #contender: Contender;
	readonly #installation: Installation;
	#counts: Counts | undefined;
	readonly #rounds: Round[] = [];

	constructor(contender: Contender, installation: Installation) {
		this.#contender = contender;
		this.#installation = installation;
	}

	/** One that fails is told and left out; the others go on. */
	async attempt(work: () => Promise<void>): Promise<void> {
		if (this.failure !== undefined) return;
		try {
			await work();
		} catch (error) {
			this.failure = String(error instanceof Error ? error.message : error);
		}
	}

	async count(): Promise<void> {
		this.#counts = await count(this.#contender, this.#installation, 4);
	}

	async measure(effort: Effort): Promise<void> {
		this.#rounds.push(await measure(this.#contender, this.#installation, effort));
	}

	get measured(): Measured | undefined {
		if (this.failure !== undefined || this.#counts === undefined) return undefined;
		const { name, version } = this.#contender;
		return { name: `${name} ${version}`, rounds: this.#rounds, counts: this.#counts };
	}
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
