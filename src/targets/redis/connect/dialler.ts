import type { Problem } from '../../../model.ts';
import type { TellRequest } from '../../request-log.ts';
import { connectionProblem, timeoutProblem } from '../problems.ts';
import type { Command, Operation } from '../protocol/commands.ts';
import type { Reply } from '../protocol/reply.ts';
import { Connection, ConnectionError, type Endpoint } from './connection.ts';

/** A server could not be reached, or did not want us. */
export class NodeError extends Error {
	override readonly name = 'NodeError';
	readonly problem: Problem;

	constructor(problem: Problem) {
		super(problem.message);
		this.problem = problem;
	}
}

/**
 * Makes every connection of a target, and ends them all when a poll's time is over: what is in flight
 * cannot be called back.
 */
export class Dialler {
	readonly requests = new Map<Operation, number>();
	readonly #tell: TellRequest | undefined;
	readonly #open = new Set<Connection>();
	#signal: AbortSignal | undefined;
	#isClosed = false;

	/** @param tell - absent: nobody wants to hear how requests went */
	constructor(tell?: TellRequest) {
		this.#tell = tell;
	}

	/** Whether what goes on now was told to end. */
	get isOver(): boolean {
		return this.#isClosed || this.#signal?.aborted === true;
	}

	/** Runs a poll; when the signal fires, every connection ends. */
	async during<T>(signal: AbortSignal, poll: () => Promise<T>): Promise<T> {
		const end = () => void this.#endAll();
		this.#signal = signal;
		signal.addEventListener('abort', end, { once: true });
		if (signal.aborted) end();
		try {
			return await poll();
		} finally {
			signal.removeEventListener('abort', end);
			this.#signal = undefined;
		}
	}

	/**
	 * Connects, logs in and asks the first questions.
	 *
	 * @throws {@link NodeError}
	 */
	async dial(
		endpoint: Endpoint,
		asked: readonly Command[],
	): Promise<{ readonly connection: Connection; readonly replies: readonly Reply[] }> {
		const connection = new Connection(endpoint, this.requests, this.#tell);
		this.#open.add(connection);
		if (this.isOver) void connection.close();
		try {
			await connection.connect();
			return { connection, replies: await connection.ask(asked) };
		} catch (error) {
			await this.end(connection);
			if (!(error instanceof ConnectionError)) throw error;
			throw new NodeError(this.explain(endpoint, new ConnectionError('connect', error.reason)));
		}
	}

	/** Why a connection ended. */
	explain(endpoint: Endpoint, error: ConnectionError): Problem {
		return this.#signal?.aborted
			? timeoutProblem(endpoint, error.operation)
			: connectionProblem(endpoint, error);
	}

	async end(connection: Connection): Promise<void> {
		this.#open.delete(connection);
		await connection.close();
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		await this.#endAll();
	}

	async #endAll(): Promise<void> {
		await Promise.all(Array.from(this.#open, (connection) => this.end(connection)));
	}
}
