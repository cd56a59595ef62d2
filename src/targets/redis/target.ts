import type { Problem, Reading } from '../../model.ts';
import { type Target, UnreadableError } from '../target.ts';
import { codeOfError } from './codes.ts';
import { Connection, ConnectionError, type Endpoint } from './connect/connection.ts';
import { readServer, type Server } from './connect/version.ts';
import { Discovery } from './fetch/discovery.ts';
import { fetchAll } from './fetch/fetch.ts';
import type { RedisOptions } from './options.ts';
import { connectionProblem, errorProblem, timeoutProblem } from './problems.ts';
import * as commands from './protocol/commands.ts';
import { ErrorReply } from './protocol/reply.ts';
import { isEmptyHanded, readAnswers } from './read/read.ts';

/** One plain Redis server. */
export class RedisTarget implements Target {
	readonly #endpoint: Endpoint;
	readonly #options: RedisOptions;
	readonly #discovery: Discovery;
	readonly #requests = new Map<commands.Operation, number>();
	/** The last connection made, and whom it leads to. Without a server it is not to be used again. */
	#connection: Connection | undefined;
	#server: Server | undefined;
	#isClosed = false;

	constructor(endpoint: Endpoint, options: RedisOptions) {
		this.#endpoint = endpoint;
		this.#options = options;
		this.#discovery = new Discovery(options.streams, options.discovery_interval);
	}

	get requests(): ReadonlyMap<string, number> {
		return this.#requests;
	}

	async read(signal: AbortSignal): Promise<Reading> {
		const open = this.#connected();
		try {
			return await this.#readOver(open ?? this.#connect(), signal);
		} catch (error) {
			const isLost = open !== undefined && this.#server === undefined;
			if (!isLost || !(error instanceof UnreadableError)) throw error;
			if (signal.aborted || this.#isClosed) throw error;
			// It was closed between two polls, and we had not heard of it.
			return this.#readOver(this.#connect(), signal);
		}
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		await this.#connection?.close();
	}

	#connected(): Connection | undefined {
		return this.#server !== undefined && this.#connection?.isReady ? this.#connection : undefined;
	}

	#connect(): Connection {
		this.#server = undefined;
		this.#connection = new Connection(this.#endpoint, this.#requests);
		return this.#connection;
	}

	/** @throws UnreadableError when nothing could be read */
	async #readOver(connection: Connection, signal: AbortSignal): Promise<Reading> {
		// What is in flight cannot be called back: the connection ends with the attempt.
		const end = () => void connection.close();
		signal.addEventListener('abort', end, { once: true });
		if (signal.aborted) end();
		const explain = (error: ConnectionError): Problem =>
			signal.aborted
				? timeoutProblem(this.#endpoint, error.operation)
				: connectionProblem(this.#endpoint, error);
		try {
			const server = this.#server ?? (await this.#logIn(connection, explain));
			this.#server = undefined;
			const { groups } = this.#options;
			const scope = { connection, server, discovery: this.#discovery, groups };
			const answers = await fetchAll(scope, signal, explain);
			if (answers.broken === undefined) this.#server = server;
			const reading = readAnswers(this.#endpoint, answers);
			if (isEmptyHanded(reading)) throw new UnreadableError(reading.problems);
			return reading;
		} finally {
			signal.removeEventListener('abort', end);
			if (this.#server === undefined) await connection.close();
		}
	}

	/** @throws UnreadableError when the server cannot be reached or does not want us */
	async #logIn(
		connection: Connection,
		explain: (error: ConnectionError) => Problem,
	): Promise<Server> {
		const { database } = this.#options.url;
		const asked = database === 0 ? [commands.info] : [commands.select(database), commands.info];
		const replies = await connection
			.connect()
			.then(() => connection.ask(asked))
			.catch((error: unknown) => {
				if (!(error instanceof ConnectionError)) throw error;
				throw new UnreadableError([explain(new ConnectionError('connect', error.reason))]);
			});
		for (const [at, { operation }] of asked.entries()) {
			const reply = replies[at];
			if (!(reply instanceof ErrorReply)) continue;
			// Some managed servers refuse INFO; then only the version is not known.
			if (operation === 'info' && codeOfError(reply.message) !== 'auth_failed') continue;
			throw new UnreadableError([errorProblem(this.#endpoint, operation, reply.message)]);
		}
		const info = replies.at(-1);
		return readServer(Buffer.isBuffer(info) ? info.toString() : undefined);
	}
}
