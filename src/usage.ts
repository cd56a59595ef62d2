import { logFormats, logLevels } from './log-options.ts';

export const outputs = ['table', 'json', 'prometheus'] as const;

/** A flag, and what `--help` says about it. */
export interface Flag {
	readonly name: string;
	/** What stands behind the equals sign. Absent: the flag is on where it is given. */
	readonly value?: string;
	readonly repeatable?: true;
	readonly help: string;
}

const configFlags: readonly Flag[] = [
	{
		name: 'config.file',
		value: 'FILE',
		help: 'configuration (default: stream-lag-exporter.yaml, else the environment)',
	},
];

const shardFlags: readonly Flag[] = [
	{
		name: 'shard.count',
		value: 'COUNT',
		help: 'parts that the streams and groups of each target are divided into (default: 1)',
	},
	{
		name: 'shard.index',
		value: 'INDEX',
		help: 'which of them this is: 0 to COUNT-1, or the name of a StatefulSet pod, such as lag-4',
	},
];

const logFlags: readonly Flag[] = [
	{ name: 'log.level', value: 'LEVEL', help: `${logLevels.join(', ')} (default: info)` },
	{
		name: 'log.format',
		value: 'FORMAT',
		help: `${logFormats.join(' or ')} (default: pretty on a terminal, else json)`,
	},
];

/** Those of every command. */
export const commonFlags: readonly Flag[] = [
	{ name: 'help', help: 'explains the command and its flags' },
	{ name: 'version', help: 'prints the version' },
];

interface Command {
	/** One line. */
	readonly summary: string;
	readonly details: string;
	readonly flags: readonly Flag[];
}

/** The first is the default. */
export const commandNames = ['serve', 'once', 'check-config', 'doctor', 'health'] as const;
export type CommandName = (typeof commandNames)[number];

export const commands: Readonly<Record<CommandName, Command>> = {
	serve: {
		summary: 'polls every target on its schedule and serves /metrics (default)',
		details: `Ends with 0 after SIGTERM or SIGINT, with 1 when it cannot go on, with 2 when flags or
configuration are wrong. SIGHUP loads the configuration again.`,
		flags: [
			...configFlags,
			{
				name: 'web.listen-address',
				value: '[HOST]:PORT',
				repeatable: true,
				help: 'where to listen, may be repeated (default: :10977)',
			},
			{
				name: 'web.telemetry-path',
				value: 'PATH',
				help: 'where the metrics are (default: /metrics)',
			},
			{
				name: 'web.enable-lifecycle',
				help: 'POST /-/reload loads the configuration again (default: off)',
			},
			{
				name: 'web.config.file',
				value: 'FILE',
				help: "TLS and passwords, as Prometheus' exporters take them (default: neither)",
			},
			...shardFlags,
			...logFlags,
		],
	},
	once: {
		summary: 'polls every target once and prints what was read',
		details: `Prints to standard output; the log goes to standard error. Ends with 0 when every target was
read, with 1 when one was not (the others are printed), with 2 when flags or configuration are wrong.`,
		flags: [
			...configFlags,
			{ name: 'output', value: 'FORMAT', help: `${listed(outputs, 'or')} (default: table)` },
			{ name: 'target', value: 'NAME', help: 'only this target' },
			...shardFlags,
			...logFlags,
		],
	},
	'check-config': {
		summary: 'prints every mistake in the configuration, connects to nothing',
		details: `Prints file:line:column: path: message for each mistake. Files that the configuration names
are read. Ends with 0 when all is well, with 2 when not.`,
		flags: configFlags,
	},
	doctor: {
		summary: 'connects, and tells which permissions are missing and what is lost without them',
		details: `Tries every operation of a poll by itself on every target, tells what the server allows and
refuses, and how to grant what is missing; then polls once. Changes nothing on the servers. Prints to
standard output. Ends with 0 when all is fine, with 1 when something is not, with 2 when flags or
configuration are wrong.`,
		flags: [
			...configFlags,
			{ name: 'target', value: 'NAME', help: 'only this target' },
			...logFlags,
		],
	},
	health: {
		summary: 'asks a running exporter whether it is healthy',
		details: `For health checks of containers: without --url it asks where the container's first process
listens by its flags. Ends with 0 when it is healthy, with 1 when it is not or does not answer.`,
		flags: [
			{
				name: 'url',
				value: 'URL',
				help: 'base address of the exporter (default: that of the first process, else http://127.0.0.1:10977)',
			},
		],
	},
};

/** What `--help` prints. */
export function usage(command: CommandName | undefined): string {
	return command === undefined ? overview() : explanation(command);
}

function overview(): string {
	const rows = commandNames.map((name) => [name, commands[name].summary] as const);
	return `stream-lag-exporter reads the consumer lag of Kafka, Redis Streams and NATS JetStream
and exports it to Prometheus.

Usage: stream-lag-exporter [command] [--flag=value ...]

Commands
${table(rows)}

Flags of serve
${flagTable([...commands.serve.flags, ...commonFlags])}

stream-lag-exporter <command> --help explains the other commands.

Configuration, the first that there is: the file; the environment variable STREAM_LAG_CONFIG, which
holds the same YAML; or one target for each of KAFKA_BROKERS (host:port,host:port), REDIS_URL
(redis://redis:6379/0) and NATS_URL (nats://nats:4222), narrowed by the globs in STREAM_LAG_STREAMS
and STREAM_LAG_GROUPS, with STREAM_LAG_TARGET put before their names.

  KAFKA_BROKERS=localhost:9092 stream-lag-exporter once
`;
}

function explanation(name: CommandName): string {
	const { summary, details, flags } = commands[name];
	return `stream-lag-exporter ${name}: ${summary}

${details}

Usage: stream-lag-exporter ${name} [--flag=value ...]

Flags
${flagTable([...flags, ...commonFlags])}
`;
}

function flagTable(flags: readonly Flag[]): string {
	return table(
		flags.map(({ name, value, help }) => [`--${name}${value ? `=${value}` : ''}`, help]),
	);
}

function table(rows: readonly (readonly [string, string])[]): string {
	const width = Math.max(...rows.map(([left]) => left.length));
	return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

/** Words as people list them: `a, b or c`. */
export function listed(words: readonly string[], last: 'and' | 'or'): string {
	return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter(Boolean).join(` ${last} `);
}
