import { readFileSync } from 'node:fs';
import { type Invocation, parseArguments, UsageError } from './arguments.ts';
import { checkConfig } from './commands/check-config.ts';
import { doctor } from './commands/doctor.ts';
import { firstProcessUrl } from './commands/first-process.ts';
import { type HealthAddress, health } from './commands/health.ts';
import { once } from './commands/once.ts';
import { serve } from './commands/serve.ts';
import { noTarget } from './config/check-references.ts';
import { type Loaded, loadConfig } from './config/load.ts';
import { printMistake } from './config/mistake.ts';
import type { Config } from './config/plan.ts';
import { type LoadedWebConfig, loadWebConfig } from './config/web-config.ts';
import { makeLog } from './log.ts';
import { shardWords } from './options/shard.ts';
import { usage } from './usage.ts';
import { buildOf } from './version.ts';

/** Exit codes: all went well; something did not; the command line or the configuration is wrong. */
const exitOk = 0;
const exitFailed = 1;
const exitUsage = 2;

const defaultConfigFile = 'stream-lag-exporter.yaml';
const defaultUrl = 'http://127.0.0.1:10977';

/** Ending takes no longer than this, whatever hangs. */
const drainTimeoutMs = 4500;

/** Does what the command line says; never throws for what a user may have got wrong. */
export async function run(): Promise<number> {
	try {
		return await execute(parseArguments(process.argv.slice(2), process.stderr.isTTY));
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		complain(`${error.message}\nstream-lag-exporter --help lists commands and flags`);
		return exitUsage;
	}
}

async function execute(invocation: Invocation): Promise<number> {
	const build = buildOf(process.env);
	switch (invocation.command) {
		case 'help':
			await print(usage(invocation.about));
			return exitOk;
		case 'version':
			await print(
				`stream-lag-exporter ${build.version} (revision ${build.revision}, node ${build.nodeVersion})\n`,
			);
			return exitOk;
		case 'health':
			return await health(healthAddress(invocation.url), complain);
		case 'check-config': {
			const loaded = load(invocation.configFile);
			await print(`${checkConfig(loaded).join('\n')}\n`);
			return loaded.ok ? exitOk : exitUsage;
		}
		case 'doctor':
		case 'once':
		case 'serve':
			return await read(invocation, build);
	}
}

/** @param url - the one that was asked for */
function healthAddress(url: string | undefined): HealthAddress {
	const own = url === undefined ? containerUrl() : undefined;
	return { baseUrl: url ?? own ?? defaultUrl, isOwn: own !== undefined };
}

/** Where the exporter of this container serves. */
function containerUrl(): string | undefined {
	try {
		const [, program = ''] = process.argv;
		return firstProcessUrl(readFileSync('/proc/1/cmdline', 'utf8'), program, (webConfigFile) => {
			const web = loadWebConfig(webConfigFile, process.cwd());
			return web.ok && web.webConfig.tls !== undefined;
		});
	} catch {
		// Not Linux, or not to be seen.
		return undefined;
	}
}

/** @param file - the one that was asked for */
function load(file: string | undefined): Loaded {
	return loadConfig({
		file,
		defaultFile: defaultConfigFile,
		cwd: process.cwd(),
		env: process.env,
	});
}

/** Loads the web configuration, where there is one. */
function webLoader(file: string | undefined): (() => LoadedWebConfig) | undefined {
	return file === undefined ? undefined : () => loadWebConfig(file, process.cwd());
}

/** The commands that read brokers. */
async function read(
	invocation: Extract<Invocation, { command: 'doctor' | 'once' | 'serve' }>,
	build: ReturnType<typeof buildOf>,
): Promise<number> {
	const loaded = load(invocation.configFile);
	const loadWeb = invocation.command === 'serve' ? webLoader(invocation.webConfigFile) : undefined;
	const web = loadWeb?.();
	const mistakes = [loaded, web].flatMap((one) => (one?.ok === false ? one.mistakes : []));
	for (const mistake of mistakes) complain(printMistake(mistake));
	if (!loaded.ok || web?.ok === false) return exitUsage;
	const log = makeLog(invocation.log);
	if (loaded.ignoredVariables.length > 0) {
		const variables = loaded.ignoredVariables.join(', ');
		log.info(`${variables} ignored: the configuration is ${loaded.source}`);
	}
	const stop = stopSignal();
	try {
		if (invocation.command === 'once') {
			const config = narrowed(loaded.config, invocation.target);
			const { output, shard } = invocation;
			const result = await once({ config, output, shard, log, stop });
			await print(result.text);
			return result.allRead ? exitOk : exitFailed;
		}
		if (invocation.command === 'doctor') {
			const config = narrowed(loaded.config, invocation.target);
			return (await doctor({ config, log, stop, print })) ? exitOk : exitFailed;
		}
		const { version, revision, nodeVersion } = build;
		const { listenAddresses, telemetryPath, enableLifecycle, shard } = invocation;
		const facts = { version, revision, nodeVersion, config: loaded.source };
		const part = shard && { shard: shardWords(shard) };
		log.info({ ...facts, ...part }, 'stream-lag-exporter');
		await serve({
			config: loaded.config,
			// A file that was found must still be there: without it, another source could take its place.
			load: () => load(loaded.file),
			onHangup: (reload) => process.on('SIGHUP', reload),
			build,
			listenAddresses,
			telemetryPath,
			enableLifecycle,
			shard,
			...(web && loadWeb && { web: { webConfig: web.webConfig, load: loadWeb } }),
			log,
			stop,
		});
		log.info('stopped');
		return exitOk;
	} catch (error) {
		if (error instanceof UsageError) throw error;
		log.fatal({ err: error }, error instanceof Error ? error.message : String(error));
		return exitFailed;
	}
}

function narrowed(config: Config, name: string | undefined): Config {
	if (name === undefined) return config;
	const targets = config.targets.filter((target) => target.name === name);
	const expected = config.expected.filter(({ target }) => target === name);
	if (targets.length > 0) return { ...config, targets, expected };
	const known = config.targets.map((target) => target.name);
	throw new UsageError(`--target: ${noTarget(name, known)}`);
}

/** Aborted by SIGTERM and SIGINT; a second one, or too long a wait, ends the process at once. */
function stopSignal(): AbortSignal {
	const stopping = new AbortController();
	const stop = () => {
		if (stopping.signal.aborted) process.exit(exitOk);
		setTimeout(() => process.exit(exitOk), drainTimeoutMs).unref();
		stopping.abort(new Error('the exporter is stopping'));
	};
	process.on('SIGTERM', stop).on('SIGINT', stop);
	return stopping.signal;
}

function complain(line: string): void {
	process.stderr.write(`${line}\n`);
}

/** Writes everything before the process may exit, even into a slow pipe. */
async function print(text: string): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		// Whoever reads may have seen enough: `once | head -1`.
		const done = (error?: Error | null) =>
			error && (error as NodeJS.ErrnoException).code !== 'EPIPE' ? reject(error) : resolve();
		process.stdout.once('error', done);
		process.stdout.write(text, done);
	});
}
