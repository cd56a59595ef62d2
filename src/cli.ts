import { readFileSync } from 'node:fs';
import { type Invocation, parseArguments, UsageError } from './arguments.ts';
import { firstProcessUrl } from './commands/first-process.ts';
import { type HealthAddress, health } from './commands/health.ts';
import { complain, exitOk, exitUsage, print } from './output.ts';
import { usage } from './usage.ts';
import { buildOf } from './version.ts';

const defaultUrl = 'http://127.0.0.1:10977';

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

/** Loads what a command needs and no more: `health` is run every few seconds. */
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
			return await health(await healthAddress(invocation.url), complain);
		case 'check-config':
			return await (await import('./configured.ts')).check(invocation);
		case 'doctor':
		case 'once':
		case 'serve':
			return await (await import('./configured.ts')).read(invocation, build);
	}
}

/** @param url - the one that was asked for */
async function healthAddress(url: string | undefined): Promise<HealthAddress> {
	const own = url === undefined ? await containerUrl() : undefined;
	return { baseUrl: url ?? own ?? defaultUrl, isOwn: own !== undefined };
}

/** Where the exporter of this container serves. */
async function containerUrl(): Promise<string | undefined> {
	const usesTls = async (webConfigFile: string) => {
		const { loadWebConfig } = await import('./config/web-config.ts');
		const web = loadWebConfig(webConfigFile, process.cwd());
		return web.ok && web.webConfig.tls !== undefined;
	};
	try {
		const [, program = ''] = process.argv;
		return await firstProcessUrl(readFileSync('/proc/1/cmdline', 'utf8'), program, usesTls);
	} catch {
		// Not Linux, or not to be seen.
		return undefined;
	}
}
