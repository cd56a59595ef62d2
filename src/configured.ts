import { type Invocation, UsageError } from './arguments.ts';
import { checkConfig } from './commands/check-config.ts';
import { noTarget } from './config/check-references.ts';
import { type Loaded, loadConfig } from './config/load.ts';
import { printMistake } from './config/mistake.ts';
import type { Config } from './config/plan.ts';
import { type LoadedWebConfig, loadWebConfig } from './config/web-config.ts';
import { makeLog } from './log.ts';
import { shardWords } from './options/shard.ts';
import { complain, exitFailed, exitOk, exitUsage, print } from './output.ts';
import type { buildOf } from './version.ts';

const defaultConfigFile = 'stream-lag-exporter.yaml';

/** Ending takes no longer than this, whatever hangs. */
const drainTimeoutMs = 4500;

/** The command `check-config`; gives the exit code. */
export async function check({
	configFile,
}: Extract<Invocation, { command: 'check-config' }>): Promise<number> {
	const loaded = load(configFile);
	await print(`${checkConfig(loaded).join('\n')}\n`);
	return loaded.ok ? exitOk : exitUsage;
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

/** The commands that read brokers; gives the exit code. */
export async function read(
	invocation: Extract<Invocation, { command: 'doctor' | 'once' | 'serve' }>,
	build: ReturnType<typeof buildOf>,
): Promise<number> {
	const loaded = load(invocation.configFile);
	const loadWeb = invocation.command === 'serve' ? webLoader(invocation.webConfigFile) : undefined;
	const web = loadWeb?.();
	const mistakes = [loaded, web].flatMap((one) => (one?.ok === false ? one.mistakes : []));
	for (const mistake of mistakes) complain(printMistake(mistake));
	if (!loaded.ok || web?.ok === false) return exitUsage;
	const log = await makeLog(invocation.log);
	if (loaded.ignoredVariables.length > 0) {
		const variables = loaded.ignoredVariables.join(', ');
		log.info(`${variables} ignored: the configuration is ${loaded.source}`);
	}
	const stop = stopSignal();
	try {
		if (invocation.command === 'once') {
			const config = narrowed(loaded.config, invocation.target);
			const { output, shard } = invocation;
			const { once } = await import('./commands/once.ts');
			const result = await once({ config, output, shard, log, stop });
			await print(result.text);
			return result.allRead ? exitOk : exitFailed;
		}
		if (invocation.command === 'doctor') {
			const config = narrowed(loaded.config, invocation.target);
			const { doctor } = await import('./commands/doctor.ts');
			return (await doctor({ config, log, stop, print })) ? exitOk : exitFailed;
		}
		const { version, revision, nodeVersion } = build;
		const { listenAddresses, telemetryPath, enableLifecycle, shard } = invocation;
		const facts = { version, revision, nodeVersion, config: loaded.source };
		const part = shard && { shard: shardWords(shard) };
		log.info({ ...facts, ...part }, 'stream-lag-exporter');
		const { serve } = await import('./commands/serve.ts');
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
			...(web && loadWeb && { web: { webConfig: web.webConfig, files: web.files, load: loadWeb } }),
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
