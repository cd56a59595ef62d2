import { parseArgs } from 'node:util';
import { type LogOptions, logFormats, logLevels } from './log-options.ts';
import { nearest } from './options/nearest.ts';
import { parseShard, type Shard } from './options/shard.ts';
import { type CommandName, commandNames, commands, commonFlags, listed, outputs } from './usage.ts';

/** What the command line asks for. */
export type Invocation =
	| { readonly command: 'help'; readonly about: CommandName | undefined }
	| { readonly command: 'version' }
	| ({ readonly command: 'serve' } & Common & {
				readonly listenAddresses: readonly ListenAddress[];
				readonly telemetryPath: string;
				readonly enableLifecycle: boolean;
				readonly webConfigFile: string | undefined;
				readonly shard: Shard | undefined;
			})
	| ({ readonly command: 'once' } & Common & {
				readonly output: (typeof outputs)[number];
				readonly target: string | undefined;
				readonly shard: Shard | undefined;
			})
	| ({ readonly command: 'doctor' } & Common & { readonly target: string | undefined })
	| { readonly command: 'check-config'; readonly configFile: string | undefined }
	| { readonly command: 'health'; readonly url: string | undefined };

interface Common {
	readonly configFile: string | undefined;
	readonly log: LogOptions;
}

/** Where the server listens; no host means every address of the machine. */
export interface ListenAddress {
	readonly host: string | undefined;
	readonly port: number;
}

/** Words of the command line that cannot be taken; the message is for people. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}

/**
 * Reads the words after the program's name.
 *
 * @param onTerminal - whether standard error is a terminal
 * @throws {@link UsageError}
 */
export function parseArguments(words: readonly string[], onTerminal: boolean): Invocation {
	const { named, flags } = parseWords(words);
	const command = named ?? 'serve';
	checkFlags(command, flags);
	if (flags.has('help')) return { command: 'help', about: named };
	if (flags.has('version')) return { command: 'version' };
	const value = (name: string) => flags.get(name)?.at(-1);
	if (command === 'health') {
		const url = value('url');
		return { command, url: url === undefined ? undefined : parseUrl(url) };
	}
	const configFile = value('config.file');
	if (command === 'check-config') return { command, configFile };
	const format = onTerminal ? 'pretty' : 'json';
	const common: Common = {
		configFile,
		log: {
			level: oneOf('log.level', logLevels, value('log.level') ?? 'info'),
			format: oneOf('log.format', logFormats, value('log.format') ?? format),
		},
	};
	if (command === 'doctor') return { command, ...common, target: value('target') };
	const shard = shardFrom(value('shard.count'), value('shard.index'));
	if (command === 'once') {
		const output = oneOf('output', outputs, value('output') ?? 'table');
		return { command, ...common, output, target: value('target'), shard };
	}
	return {
		command,
		...common,
		listenAddresses: (flags.get('web.listen-address') ?? [':10977']).map(parseListenAddress),
		telemetryPath: parsePath(value('web.telemetry-path') ?? '/metrics'),
		enableLifecycle: flags.has('web.enable-lifecycle'),
		webConfigFile: value('web.config.file'),
		shard,
	};
}

const allFlags = new Map(
	[...commonFlags, ...commandNames.flatMap((name) => commands[name].flags)].map((flag) => [
		flag.name,
		flag,
	]),
);

/** The values of the flags that are given, empty where a flag takes none. */
type Flags = ReadonlyMap<string, readonly string[]>;

/** Takes the words apart; flags are known to somebody and have the values they need. */
function parseWords(words: readonly string[]) {
	const { tokens } = parseArgs({
		args: [...words],
		allowPositionals: true,
		strict: false,
		tokens: true,
		options: Object.fromEntries([
			...[...allFlags].map(([name, { value }]) => [name, { type: value ? 'string' : 'boolean' }]),
			['help', { type: 'boolean', short: 'h' }],
		]),
	});
	const positionals: string[] = [];
	const flags = new Map<string, string[]>();
	for (const token of tokens) {
		if (token.kind === 'positional') positionals.push(token.value);
		if (token.kind !== 'option') continue;
		const { name, rawName, value } = token;
		const flag = allFlags.get(name);
		if (flag === undefined) throw new UsageError(unknownFlag(words[token.index] ?? rawName));
		if (flag.value === undefined && value !== undefined) {
			throw new UsageError(`${rawName} takes no value`);
		}
		// Else a forgotten value would swallow the next flag.
		const isFlag = token.inlineValue === false && value?.startsWith('-') && value !== '-';
		if (flag.value !== undefined && (!value || isFlag)) {
			throw new UsageError(`${rawName} needs a value: ${rawName}=${flag.value}`);
		}
		const values = flags.get(name) ?? [];
		if (flags.has(name) && !flag.repeatable) throw new UsageError(`${rawName} is given twice`);
		flags.set(name, value === undefined ? values : [...values, value]);
	}
	return { named: parseCommand(positionals), flags };
}

function parseCommand([first, ...more]: readonly string[]): CommandName | undefined {
	if (first === undefined) return undefined;
	const command = commandNames.find((known) => known === first);
	if (!command) {
		const near = isCommonFlag(first) ? `--${first}` : nearest(first, commandNames);
		const hint = near ? `did you mean ${near}?` : `there are ${commandNames.join(', ')}`;
		throw new UsageError(`unknown command ${JSON.stringify(first)}: ${hint}`);
	}
	if (more.length > 0) throw new UsageError(`unexpected argument ${JSON.stringify(more[0])}`);
	return command;
}

/** A flag must be one of the command's own. */
function checkFlags(command: CommandName, flags: Flags): void {
	const known: string[] = [...commands[command].flags, ...commonFlags].map(({ name }) => name);
	for (const name of flags.keys()) {
		if (known.includes(name)) continue;
		const others = commandNames.filter((other) =>
			commands[other].flags.some((flag) => flag.name === name),
		);
		throw new UsageError(`--${name} is a flag of ${listed(others, 'and')}, not of ${command}`);
	}
}

function isCommonFlag(word: string): boolean {
	return commonFlags.some(({ name }) => name === word);
}

/** @param word - as it was given, with its value */
function unknownFlag(word: string): string {
	const [written = ''] = word.split('=', 1);
	const near = nearest(written.replace(/^-+/, ''), [...allFlags.keys()]);
	return `unknown flag ${written}${near ? `: did you mean --${near}?` : ''}`;
}

function oneOf<const T extends string>(flag: string, known: readonly T[], value: string): T {
	const found = known.find((one) => one === value);
	if (found) return found;
	const near = nearest(value, known);
	const hint = near ? `: did you mean ${near}?` : '';
	throw new UsageError(
		`--${flag}: ${JSON.stringify(value)} is not one of ${known.join(', ')}${hint}`,
	);
}

/** `:10977`, `127.0.0.1:10977` or `[::1]:10977`; port 0 lets the system choose. */
function parseListenAddress(text: string): ListenAddress {
	const match = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
	const port = Number(match?.[3]);
	if (!match || port > 65535) {
		throw new UsageError(
			`--web.listen-address: ${JSON.stringify(text)} is not an address such as :10977 or 127.0.0.1:10977`,
		);
	}
	return { host: (match[1] ?? match[2]) || undefined, port };
}

function shardFrom(count: string | undefined, index: string | undefined): Shard | undefined {
	try {
		return parseShard(count, index);
	} catch (error) {
		throw error instanceof SyntaxError ? new UsageError(error.message) : error;
	}
}

/** Paths that mean something else. */
const reservedPaths = ['/', '/group', '/config', '/-/', '/api/', '/assets/'];

function parsePath(text: string): string {
	const reserved = reservedPaths.some((path) =>
		path.length > 1 && path.endsWith('/') ? text.startsWith(path) : text === path,
	);
	if (/^\/[\w./~-]*$/.test(text) && !reserved) return text;
	const why = reserved ? 'serves something else' : 'is not a path such as /metrics';
	throw new UsageError(`--web.telemetry-path: ${JSON.stringify(text)} ${why}`);
}

function parseUrl(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url?.protocol === 'http:' || url?.protocol === 'https:') return text;
	throw new UsageError(`--url: ${JSON.stringify(text)} is not an http or https address`);
}
