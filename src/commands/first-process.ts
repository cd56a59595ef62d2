import { resolve } from 'node:path';
import { parseArguments, UsageError } from '../arguments.ts';

/**
 * Where the exporter serves that is the first process, as it is in a container: by its own flags, so
 * that a health check needs to be told nothing.
 *
 * @param commandLine - words that each end with a NUL, as in `/proc/1/cmdline`
 * @param program - the absolute path of this program's script
 * @param usesTls - whether a web configuration asks for TLS
 * @returns a base address; absent where the first process is something else, or where its flags do
 * not tell
 */
export async function firstProcessUrl(
	commandLine: string,
	program: string,
	usesTls: (webConfigFile: string) => Promise<boolean>,
): Promise<string | undefined> {
	const words = commandLine.split('\0').slice(0, -1);
	const at = words.findIndex((word) => resolve(word) === program);
	if (at < 0) return undefined;
	try {
		const invocation = parseArguments(words.slice(at + 1), false);
		if (invocation.command !== 'serve') return undefined;
		const [address] = invocation.listenAddresses;
		if (address === undefined || address.port === 0) return undefined;
		const { webConfigFile } = invocation;
		const isTls = webConfigFile !== undefined && (await usesTls(webConfigFile));
		return `${isTls ? 'https' : 'http'}://${reachable(address.host)}:${address.port}`;
	} catch (error) {
		if (error instanceof UsageError) return undefined;
		throw error;
	}
}

/** Who listens on every address is reached by the machine's own. */
function reachable(host: string | undefined): string {
	if (host === undefined || host === '0.0.0.0' || host === '::') return '127.0.0.1';
	return host.includes(':') ? `[${host}]` : host;
}
