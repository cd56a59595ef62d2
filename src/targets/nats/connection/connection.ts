import { createInbox, ErrorCode, Events, type Msg, type NatsConnection } from 'nats';
import { Failure } from '../failure.ts';
import { inboxRefused, noResponders, publishRefused, subscribeRefused } from './errors.ts';
import type { Greeting } from './opening.ts';

/** What came back to a request. */
export interface Answer {
	readonly data: Uint8Array;
	/** Absent: none, or none that can be read. */
	readonly headers: Msg['headers'];
}

/** A request that waits for its answer. */
interface Waiting {
	readonly subject: string;
	readonly settle: (answer: Answer | Failure) => void;
}

/**
 * A connection to one server, as one user of one account.
 *
 * Requests are told apart here and not by the library's `request`: one header that a producer wrote
 * wrongly makes that stop reading for good (nats 2.29.3, `MuxSubscription.dispatcher`), and it calls a
 * request timed out whose connection has ended.
 */
export class Connection {
	readonly server: Greeting;
	/** `host:port` of the server. */
	readonly address: string;
	readonly #client: NatsConnection;
	readonly #inbox: string;
	readonly #inboxPrefix: string;
	readonly #waiting = new Map<string, Waiting>();
	#requestCount = 0;
	#answerCount = 0;
	#endedBecause: Failure | undefined;

	constructor(client: NatsConnection, address: string, server: Greeting, inboxPrefix: string) {
		this.address = address;
		this.server = server;
		this.#client = client;
		this.#inboxPrefix = inboxPrefix;
		this.#inbox = createInbox(inboxPrefix);
		client.subscribe(`${this.#inbox}.*`, {
			callback: (error, message) => this.#receive(error, message),
		});
		void this.#watchRefusals();
		void client.closed().then((error) => this.#end(lost(error)));
	}

	/** Whether it can still be asked; once closed it stays so. */
	get open(): boolean {
		return this.#endedBecause === undefined && !this.#client.isClosed();
	}

	/** Answers that have come so far: whether the server is alive. */
	get answerCount(): number {
		return this.#answerCount;
	}

	/**
	 * Sends a request and waits for its answer.
	 *
	 * @param timeoutMs - absent: until the connection ends or the requests are {@link abandon}ed
	 * @throws {@link Failure}
	 */
	ask(subject: string, body: string, timeoutMs?: number): Promise<Answer> {
		return new Promise((resolve, reject) => {
			if (!this.open) {
				reject(this.#endedBecause ?? lost());
				return;
			}
			this.#requestCount += 1;
			const token = this.#requestCount.toString(36);
			const late = () => {
				const reason = `no answer within ${(timeoutMs ?? 0) / 1000} s`;
				this.#settle(token, new Failure('timeout', reason));
			};
			const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
			const settle = (answer: Answer | Failure) => {
				clearTimeout(timer);
				if (answer instanceof Failure) reject(answer);
				else resolve(answer);
			};
			this.#waiting.set(token, { subject, settle });
			this.#client.publish(subject, body, { reply: `${this.#inbox}.${token}` });
		});
	}

	/**
	 * Hears what is published on a subject, as long as the connection lasts.
	 *
	 * @param onRefused - the server does not allow it, or no more
	 */
	listen(
		subject: string,
		onMessage: (data: Uint8Array) => void,
		onRefused: (failure: Failure) => void,
	): void {
		this.#client.subscribe(subject, {
			callback: (error, message) => {
				if (error) onRefused(subscribeRefused(error, subject));
				else onMessage(message.data);
			},
		});
	}

	/** Ends all waiting for answers; those that still come are dropped. */
	abandon(failure: Failure): void {
		for (const token of [...this.#waiting.keys()]) this.#settle(token, failure);
	}

	/** Ends the connection at once, and with it every request that waits for an answer. */
	async close(because: Failure): Promise<void> {
		this.#end(because);
		await this.#client.close();
	}

	#end(because: Failure): void {
		this.#endedBecause ??= because;
		this.abandon(this.#endedBecause);
	}

	#settle(token: string, answer: Answer | Failure): void {
		const waiting = this.#waiting.get(token);
		this.#waiting.delete(token);
		waiting?.settle(answer);
	}

	#receive(error: unknown, message: Msg): void {
		if (error) {
			// The library forgets the subscription then, so this connection hears no answer any more.
			void this.close(inboxRefused(error, this.#inboxPrefix));
			return;
		}
		this.#answerCount += 1;
		const token = message.subject.slice(this.#inbox.length + 1);
		const headers = readableHeaders(message);
		// The second is that of a stored message without a body, whose producer wrote a status into it.
		const empty = message.data.length === 0 && !headers?.has('Nats-Time-Stamp');
		const nobody = headers?.code === 503 && empty;
		this.#settle(token, nobody ? noResponders() : { data: message.data, headers });
	}

	/**
	 * A request that may not be published is answered by an error that names a subject only: with a
	 * JetStream domain not ours, but the one to which the server has mapped it.
	 */
	async #watchRefusals(): Promise<void> {
		for await (const { type, data, permissionContext } of this.#client.status()) {
			if (type !== Events.Error || data !== ErrorCode.PermissionsViolation) continue;
			if (permissionContext?.operation !== 'publish') continue;
			const refused = permissionContext.subject;
			const asked = [...this.#waiting].find(([, { subject }]) => isMapped(subject, refused));
			if (asked) this.#settle(asked[0], publishRefused(asked[1].subject, refused));
		}
	}
}

/** Whether a subject of JetStream's API is the same request as another one. */
function isMapped(subject: string, to: string): boolean {
	return subject === to || subject.replace(/^\$JS\.[^.]+\.API\./, '$JS.API.') === to;
}

function readableHeaders(message: Msg): Msg['headers'] {
	try {
		return message.headers;
	} catch {
		return undefined;
	}
}

function lost(error?: unknown): Failure {
	if (error instanceof Failure) return error;
	const reason = 'the connection ended before the answer came';
	return new Failure('connection_lost', reason, { cause: error });
}
