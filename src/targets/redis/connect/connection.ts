import type { ConnectionOptions } from 'node:tls';
import { Redis, ReplyError } from 'ioredis';
import { type Address, addressText } from '../../../options/address.ts';
import type { Secret } from '../../../options/secret.ts';
import { type TellRequest, told } from '../../request-log.ts';
import type { Command, Operation } from '../protocol/commands.ts';
import { ErrorReply, type Reply } from '../protocol/reply.ts';
import { sendBatch, Unanswered } from './batch.ts';

/** Where a server is, and how to log in. */
export interface Endpoint extends Address {
	readonly username?: string;
	readonly password?: Secret;
	/** Absent: without TLS. */
	readonly tls?: ConnectionOptions;
	readonly connectTimeoutMs: number;
}

/** The connection could not be made, or ended before everything was answered. */
export class ConnectionError extends Error {
	override readonly name = 'ConnectionError';
	/** What was under way. */
	readonly operation: Operation;
	/** The first thing that went wrong. */
	readonly reason: Error | ErrorReply;

	constructor(operation: Operation, reason: Error | ErrorReply) {
		super(reason.message);
		this.operation = operation;
		this.reason = reason;
	}
}

/**
 * One connection to one server, from its making to its end; another one is made after it. ioredis is
 * kept from connecting again by itself: what was in flight when a connection dropped is then never
 * answered, because `autoResendUnfulfilledCommands: false` forgets it after a quick reconnect. And a
 * broker that is down, or refuses the password, is asked once a poll instead of again and again. For
 * the same reasons its clients of sentinels and clusters are not used: they try again by themselves.
 *
 * Nothing here has a time limit but connecting: whoever waits closes the connection.
 */
export class Connection {
	readonly #redis: Redis;
	readonly #requests: Map<Operation, number>;
	readonly #tell: TellRequest | undefined;
	readonly #address: string;
	readonly #ended: Promise<void>;
	#firstError: Error | undefined;
	#isClosed = false;

	/**
	 * @param requests - counts what is sent
	 * @param tell - absent: nobody wants to hear how requests went
	 */
	constructor(endpoint: Endpoint, requests: Map<Operation, number>, tell?: TellRequest) {
		const { host, port, username, password, tls, connectTimeoutMs } = endpoint;
		this.#requests = requests;
		this.#tell = tell;
		this.#address = addressText(endpoint);
		this.#redis = new Redis({
			host,
			port,
			...(password && { username: username ?? 'default', password: password.reveal() }),
			...(tls && { tls }),
			connectionName: 'stream-lag-exporter',
			connectTimeout: connectTimeoutMs,
			lazyConnect: true,
			retryStrategy: () => null,
			enableOfflineQueue: false,
			// Its INFO must not be refused; LOADING shows in the replies.
			enableReadyCheck: false,
			// CLIENT SETINFO is not among the least permissions.
			disableClientInfo: true,
			// All that HELLO 3 would add are other shapes of the same replies.
			protocol: 2,
			stringNumbers: true,
		});
		this.#redis.on('error', (error) => {
			this.#firstError ??= error;
		});
		this.#ended = new Promise((resolve) => {
			this.#redis.once('end', resolve);
		});
	}

	/** Whether it is connected and not known to have ended. */
	get isReady(): boolean {
		return this.#redis.status === 'ready';
	}

	/**
	 * Connects and logs in.
	 *
	 * @throws {@link ConnectionError}
	 */
	async connect(): Promise<void> {
		// ioredis would connect again after its end.
		if (this.#isClosed) throw this.#failure('connect', new Error('Connection is closed.'));
		this.#count('connect');
		const connecting = this.#redis.connect().catch((error: Error) => {
			throw this.#failure('connect', error);
		});
		await told(this.#tell, { operation: 'connect', of: this.#address }, connecting);
	}

	/**
	 * Sends commands in one go and gives their replies, in their order.
	 *
	 * @throws {@link ConnectionError}
	 */
	async ask(commands: readonly Command[]): Promise<Reply[]> {
		const tell = this.#tell;
		if (tell === undefined) return await this.#send(commands);
		const beganMs = performance.now();
		const tellAll = (replies: readonly Reply[], error?: unknown) => {
			for (const { operation, count, refusal } of byOperation(commands, replies)) {
				tell({ operation, of: this.#address, count }, beganMs, error ?? refusal);
			}
		};
		try {
			const replies = await this.#send(commands);
			tellAll(replies);
			return replies;
		} catch (error) {
			tellAll([], error);
			throw error;
		}
	}

	async #send(commands: readonly Command[]): Promise<Reply[]> {
		for (const { operation } of commands) this.#count(operation);
		try {
			return await sendBatch(this.#redis, commands);
		} catch (error) {
			if (!(error instanceof Unanswered)) throw error;
			throw this.#failure(error.operation, error.reason);
		}
	}

	/** Ends the connection at once, whatever is under way: that fails. */
	async close(): Promise<void> {
		this.#isClosed = true;
		if (this.#redis.status !== 'end') {
			this.#redis.disconnect();
			// A hung server would not answer a polite end. There is no stream before the connecting.
			(this.#redis.stream as Redis['stream'] | undefined)?.destroy();
		}
		await this.#ended;
	}

	#failure(operation: Operation, error: Error): ConnectionError {
		const reason = this.#firstError ?? error;
		// ioredis hangs the command on it, and AUTH's has the password: only the text goes further.
		return new ConnectionError(
			operation,
			reason instanceof ReplyError ? new ErrorReply(reason.message) : reason,
		);
	}

	#count(operation: Operation): void {
		this.#requests.set(operation, (this.#requests.get(operation) ?? 0) + 1);
	}
}

/** Of each operation that was sent: how many, and the first refusal among their replies. */
function byOperation(commands: readonly Command[], replies: readonly Reply[]) {
	const groups = new Map<Operation, { count: number; refusal?: string }>();
	for (const [at, { operation }] of commands.entries()) {
		const group = groups.get(operation) ?? { count: 0 };
		groups.set(operation, group);
		group.count += 1;
		const reply = replies[at];
		if (reply instanceof ErrorReply) group.refusal ??= reply.message;
	}
	return Array.from(groups, ([operation, group]) => ({ operation, ...group }));
}
