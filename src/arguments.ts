import { parseArgs } from 'node:util';
import { type LogOptions, logFormats, logLevels } from './log.ts';

/** What the command line asks for. */
export type Invocation =
	| { readonly command: 'help' | 'version' }
	| ({ readonly command: 'serve' } & Common & {
				readonly listenAddresses: readonly ListenAddress[];
				readonly telemetryPath: string;
			})
	| ({ readonly command: 'once' } & Common & {
				readonly output: (typeof outputs)[number];
				readonly target: string | undefined;
			})
	| { readonly command: 'health'; readonly url: string };

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

export const outputs = ['table', 'json', 'prometheus'] as const;

const commands = ['serve', 'once', 'health'] as const;
type Command = (typeof commands)[number];

const everywhere = ['help', 'version'];
const flagsOf: Readonly<Record<Command, readonly string[]>> = {
	serve: ['config.file', 'web.listen-address', 'web.telemetry-path', 'log.level', 'log.format'],
	once: ['config.file', 'output', 'target', 'log.level', 'log.format'],
	health: ['url'],
};

export const usage = `stream-lag-exporter reads the consumer lag of Kafka, Redis Streams and NATS JetStream
and exports it to Prometheus.

Usage: stream-lag-exporter [command] [flags]

Commands
  serve     polls every target on its schedule and serves /metrics (default)
  once      polls every target once and prints what was read
  health    asks a running exporter whether it is healthy

Flags of serve and once
  --config.file=FILE            configuration (default: stream-lag-exporter.yaml if it exists,
                                else STREAM_LAG_CONFIG, else KAFKA_BROKERS, REDIS_URL, NATS_URL)
  --log.level=LEVEL             ${logLevels.join(', ')} (default: info)
  --log.format=FORMAT           json or pretty (default: pretty on a terminal)

Flags of serve
  --web.listen-address=[HOST]:PORT   where to listen, may be repeated (default: :10977)
  --web.telemetry-path=PATH          where the metrics are (default: /metrics)

Flags of once
  --output=FORMAT               table, json or prometheus (default: table)
  --target=NAME                 only this target

Flags of health
  --url=URL                     base address of the exporter (default: http://127.0.0.1:10977)

Everywhere: --help, --version
`;

/**
 * Reads the words after the program's name.
 *
 * @param onTerminal - whether standard error is a terminal
 * @throws {@link UsageError}
 */
export function parseArguments(words: readonly string[], onTerminal: boolean): Invocation {
	const { values, positionals } = parseWords(words);
	if (values.help) return { command: 'help' };
	if (values.version) return { command: 'version' };
	const command = parseCommand(positionals);
	for (const flag of Object.keys(values)) {
		if (!flagsOf[command].includes(flag) && !everywhere.includes(flag)) {
			throw new UsageError(`--${flag} is not a flag of ${command}`);
		}
	}
	if (command === 'health') {
		return { command, url: parseUrl(values.url ?? 'http://127.0.0.1:10977') };
	}
	const common: Common = {
		configFile: values['config.file'],
		log: {
			level: oneOf('log.level', logLevels, values['log.level'] ?? 'info'),
			format: oneOf(
				'log.format',
				logFormats,
				values['log.format'] ?? (onTerminal ? 'pretty' : 'json'),
			),
		},
	};
	if (command === 'once') {
		const output = oneOf('output', outputs, values.output ?? 'table');
		return { command, ...common, output, target: values.target };
	}
	return {
		command,
		...common,
		listenAddresses: (values['web.listen-address'] ?? [':10977']).map(parseListenAddress),
		telemetryPath: parsePath(values['web.telemetry-path'] ?? '/metrics'),
	};
}

function parseWords(words: readonly string[]) {
	try {
		return parseArgs({
			args: [...words],
			allowPositionals: true,
			options: {
				help: { type: 'boolean', short: 'h' },
				version: { type: 'boolean' },
				'config.file': { type: 'string' },
				'web.listen-address': { type: 'string', multiple: true },
				'web.telemetry-path': { type: 'string' },
				'log.level': { type: 'string' },
				'log.format': { type: 'string' },
				output: { type: 'string' },
				target: { type: 'string' },
				url: { type: 'string' },
			},
		});
	} catch (error) {
		throw new UsageError((error as Error).message.split('. ')[0] ?? 'unusable arguments');
	}
}

function parseCommand(positionals: readonly string[]): Command {
	const [first = 'serve', ...more] = positionals;
	const command = commands.find((known) => known === first);
	if (!command) throw new UsageError(`unknown command ${JSON.stringify(first)}`);
	if (more.length > 0) throw new UsageError(`unexpected argument ${JSON.stringify(more[0])}`);
	return command;
}

function oneOf<const T extends string>(flag: string, known: readonly T[], value: string): T {
	const found = known.find((one) => one === value);
	if (found) return found;
	throw new UsageError(`--${flag}: ${JSON.stringify(value)} is not one of ${known.join(', ')}`);
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

/** Paths that mean something else. */
const reservedPaths = ['/', '/config', '/-/', '/api/'];

function parsePath(text: string): string {
	const reserved = reservedPaths.some((path) =>
		path.length > 1 && path.endsWith('/') ? text.startsWith(path) : text === path,
	);
	if (/^\/[\w./~-]*$/.test(text) && !reserved) return text;
	throw new UsageError(
		`--web.telemetry-path: ${JSON.stringify(text)} is not a path such as /metrics`,
	);
}

function parseUrl(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url?.protocol === 'http:' || url?.protocol === 'https:') return text;
	throw new UsageError(`--url: ${JSON.stringify(text)} is not an http or https address`);
}
