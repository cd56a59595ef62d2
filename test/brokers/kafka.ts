import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import type { Progress } from './found.ts';
import { JavaProgram } from './java-program.ts';
import { type FoundKafka, findKafka } from './kafka-jars.ts';
import { type Program, type RunningServer, start } from './running.ts';

/** What a Kafka of one's own can be asked for. */
export interface KafkaOptions {
	/** Exactly this version: `3.9.1`. Absent: what is installed, else 4.1.0. */
	readonly version?: string;
	/** More lines of server.properties; a later line wins over an earlier one. */
	readonly config?: readonly string[];
	/**
	 * Where else clients may connect to: a port to listen on, and the port under which the broker tells
	 * such clients to find it, as a proxy's.
	 */
	readonly second?: { readonly port: number; readonly advertisedPort: number };
	/** More flags of the Java that runs it; a later flag wins over an earlier one. */
	readonly javaFlags?: readonly string[];
	readonly progress?: Progress;
}

/** A Kafka that was started here: one node, broker and controller (KRaft). */
export interface Kafka extends RunningServer {
	readonly port: number;
	/** `127.0.0.1:port` */
	readonly bootstrap: string;
	/**
	 * Runs a command line tool of the same version by its class, as it is, and gives its standard
	 * output: `tool('org.apache.kafka.tools.TopicCommand', '--bootstrap-server', kafka.bootstrap, '--list')`.
	 */
	tool(className: string, ...args: string[]): Promise<string>;
	/** Runs a Java source file with the jars of the same version. */
	program(sourceFile: string, ...args: string[]): JavaProgram;
}

/** Short starts count more here than long runs: one core for the collector, the quick compiler only. */
const javaFlags = [
	'-XX:+UseSerialGC',
	'-XX:TieredStopAtLevel=1',
	// Saves a second of three; a later Java may not know it any more.
	'-XX:+IgnoreUnrecognizedVMOptions',
	'-XX:+UnlockDiagnosticVMOptions',
	'-XX:-BytecodeVerificationRemote',
	// Else every Java leaves a file under the system's temporary folder when it is killed.
	'-XX:-UsePerfData',
];

/**
 * Starts a Kafka of one's own on free ports.
 *
 * @throws Error when it cannot be had or does not start
 */
export async function startKafka(options: KafkaOptions = {}): Promise<Kafka> {
	const found = await findKafka(options.version, options.progress);
	const server = await start({
		name: 'kafka',
		version: found.version,
		portCount: 2,
		prepare: async (folder, [port = 0, controllerPort = 0]) =>
			await prepareNode(found, folder, clusterId(), options.javaFlags, [
				...brokerProperties(folder, port),
				...soleNodeProperties(port, controllerPort, options.second),
				...(options.config ?? []),
			]),
		...readiness,
	});
	const [port = 0] = server.ports;
	return Object.assign(server, {
		port,
		bootstrap: `127.0.0.1:${port}`,
		tool: (className: string, ...args: string[]) => runKafkaTool(found, className, ...args),
		program: (sourceFile: string, ...args: string[]) =>
			new JavaProgram(found.java.path, [...java(found, sourceFile), ...args], found.java.env),
	});
}

/**
 * Runs a command line tool of Kafka by its class, against any broker, and gives its standard output.
 *
 * @throws Error when it ends with another code than 0
 */
export async function runKafkaTool(
	found: FoundKafka,
	className: string,
	...args: string[]
): Promise<string> {
	const { stdout } = await runCommand(found.java.path, [...java(found, className), ...args], {
		// Java writes what the locale knows, and without one, question marks.
		env: { ...found.java.env, LC_ALL: 'C.UTF-8' },
		timeoutMs: 60_000,
	});
	return stdout;
}

/** @param folder - of the server, which logs to its console; absent for tools */
function java(
	found: FoundKafka,
	className: string,
	folder?: string,
	moreFlags: readonly string[] = [],
): string[] {
	const logging = folder === undefined ? toolLogging : loggingTo(folder);
	return [...javaFlags, ...moreFlags, ...logging, '-cp', join(found.path, '*'), className];
}

/** Writes what a node needs into its folder, formats its storage, and gives its program. */
export async function prepareNode(
	found: FoundKafka,
	folder: string,
	cluster: string,
	moreFlags: readonly string[] | undefined,
	lines: readonly string[],
): Promise<Program> {
	const properties = join(folder, 'server.properties');
	await writeFile(properties, `${lines.join('\n')}\n`);
	await writeFile(join(folder, 'log4j.properties'), log4j);
	await writeFile(join(folder, 'log4j2.properties'), log4j2);
	await runCommand(
		found.java.path,
		[...java(found, 'kafka.tools.StorageTool'), 'format', '-t', cluster, '-c', properties],
		{ env: found.java.env ?? {}, timeoutMs: 60_000 },
	);
	return {
		command: found.java.path,
		args: ['-Xmx512m', ...java(found, 'kafka.Kafka', folder, moreFlags), properties],
		env: found.java.env,
	};
}

/** When a node is ready. */
export const readiness = { ready: /Kafka Server started/, readyTimeoutMs: 60_000 } as const;

/** What every broker has. */
export function brokerProperties(folder: string, port: number): readonly string[] {
	return [
		`advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
		'controller.listener.names=CONTROLLER',
		'inter.broker.listener.name=PLAINTEXT',
		`log.dirs=${join(folder, 'data')}`,
		'offsets.topic.replication.factor=1',
		'offsets.topic.num.partitions=10',
		'transaction.state.log.replication.factor=1',
		'transaction.state.log.min.isr=1',
		'share.coordinator.state.topic.replication.factor=1',
		'share.coordinator.state.topic.min.isr=1',
		'group.initial.rebalance.delay.ms=0',
		'auto.create.topics.enable=false',
	];
}

function soleNodeProperties(
	port: number,
	controllerPort: number,
	second: KafkaOptions['second'],
): readonly string[] {
	const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`;
	return [
		'process.roles=broker,controller',
		'node.id=1',
		`controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
		...(second === undefined
			? [`listeners=${listeners}`]
			: [
					`listeners=${listeners},SECOND://127.0.0.1:${second.port}`,
					`advertised.listeners=PLAINTEXT://127.0.0.1:${port},SECOND://127.0.0.1:${second.advertisedPort}`,
					'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECOND:PLAINTEXT',
				]),
	];
}

/** Sixteen bytes in URL-safe base64; the tools take a leading dash for an option. */
export function clusterId(): string {
	return randomBytes(16).toString('base64url').replace(/^-/, 'a');
}

/**
 * Which logging library there is depends on where the jars come from: slf4j-simple from Maven,
 * reload4j (3.9) or log4j2 (4.0 and later) in the distribution. All shall write to the console.
 */
function loggingTo(folder: string): string[] {
	return [
		`-Dlog4j.configuration=file:${join(folder, 'log4j.properties')}`,
		`-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`,
	];
}

const toolLogging = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];

const log4j = `log4j.rootLogger=INFO, console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=[%d] %p %m (%c)%n
`;

const log4j2 = `rootLogger.level = info
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d] %p %m (%c)%n
`;
