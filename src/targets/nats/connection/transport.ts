import type { ConnectionOptions } from 'nats';
import {
	deferred,
	Kind,
	Parser,
	type ParserEvent,
	type Server,
	type Transport,
} from 'nats/lib/nats-base-client/internal_mod.js';
import { Failure } from '../failure.ts';
import { closed, type Opened } from './opening.ts';

/** What the library is to use instead of a socket of its own. */
export interface OpenedOptions extends ConnectionOptions {
	readonly opened: Opened;
}

/**
 * Carries the library's bytes over a socket that was opened here. What the server sends is looked at
 * before the library sees it: bytes that are no NATS protocol make it stop reading, write to standard
 * output and wait for ever (nats 2.29.3, `ProtocolHandler.dial`), so they end the connection here.
 */
export class OpenedTransport implements Transport {
	readonly lang = 'nats.js';
	readonly version = '2.29.3';
	closeError?: Error;
	#opened: Opened | undefined;
	#closed = false;
	#frames: Uint8Array[] = [];
	#wake = () => {};
	readonly #ended = deferred<Error | undefined>();
	readonly #check = new Parser({ push: checkEvent });

	/** The connection's options must be {@link OpenedOptions}. */
	async connect(_server: Server, options: ConnectionOptions): Promise<void> {
		const { opened } = options as OpenedOptions;
		const { socket, line } = opened;
		this.#opened = opened;
		socket.on('error', (error) => void this.close(error));
		socket.on('close', () => void this.close());
		socket.on('data', (frame) => this.#receive(frame));
		this.#receive(line);
		socket.resume();
		if (socket.destroyed) await this.close();
	}

	async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
		while (!this.#closed) {
			if (this.#frames.length === 0) {
				const woken = deferred<void>();
				this.#wake = woken.resolve;
				await woken;
			}
			const frames = this.#frames;
			this.#frames = [];
			yield* frames;
		}
	}

	get isClosed(): boolean {
		return this.#closed;
	}

	isEncrypted(): boolean {
		return this.#opened?.socket !== undefined && 'encrypted' in this.#opened.socket;
	}

	send(frame: Uint8Array): void {
		if (!this.#closed) this.#opened?.socket.write(frame);
	}

	async close(error?: Error): Promise<void> {
		if (this.#closed) return;
		this.#closed = true;
		if (error) this.closeError = error;
		if (this.#opened) await closed(this.#opened.socket);
		this.#wake();
		this.#ended.resolve(error);
	}

	disconnect(): void {
		void this.close();
	}

	async closed(): Promise<undefined | Error> {
		return await this.#ended;
	}

	discard(): void {}

	#receive(frame: Uint8Array): void {
		if (this.#closed) return;
		try {
			this.#check.parse(frame);
		} catch (error) {
			const reason = 'the server sent what is no NATS protocol; the connection was closed';
			void this.close(new Failure('protocol_error', reason, { cause: error }));
			return;
		}
		this.#frames.push(frame);
		this.#wake();
	}
}

function checkEvent(event: ParserEvent): void {
	if (event.kind === Kind.INFO) JSON.parse(new TextDecoder().decode(event.data));
}
