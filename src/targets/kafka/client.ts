import { setMaxListeners } from 'node:events';
import { type Address, addressText } from '../../options/address.ts';
import {
	BrokerConnection,
	type ConnectionSettings,
	UnsupportedRequestError,
} from './connection.ts';
import { type BrokerAddress, type MetadataAnswer, metadata } from './protocol/metadata.ts';
import type { Request } from './protocol/request.ts';

/** A broker could not be asked; the cause says why. */
export class BrokerError extends Error {
	override readonly name = 'BrokerError';
	/** `broker 2 (kafka-2:9092)`, or the address alone for one that is only configured. */
	readonly broker: string;
	readonly operation: string;
	override readonly cause: Error;

	constructor(broker: string, operation: string, cause: Error) {
		super(cause.message, { cause });
		this.broker = broker;
		this.operation = operation;
		this.cause = cause;
	}
}

/** The poll's signal fired, or the target was closed, while a broker had not answered. */
export class AbandonedError extends Error {
	override readonly name = 'AbandonedError';
	readonly broker: string;
	readonly operation: string;

	constructor(broker: string, operation: string, reason: unknown) {
		super(reason instanceof Error ? reason.message : String(reason), { cause: reason });
		this.broker = broker;
		this.operation = operation;
	}
}

/** Metadata is asked for anew when it is older, or when something speaks against it. */
const metadataAgeMs = 30_000;

/**
 * The connections to the brokers of one cluster: one to each broker that is needed, kept from poll
 * to poll, and made anew when it is lost; and what the cluster tells of itself.
 */
export class Cluster {
	readonly requests = new Map<string, number>();
	readonly #bootstrap: readonly Address[];
	readonly #settings: ConnectionSettings;
	readonly #connections = new Map<string, Promise<BrokerConnection>>();
	/** Brokers that failed in this poll are not asked again before the next. */
	readonly #failed = new Map<string, BrokerError>();
	#brokers: ReadonlyMap<number, BrokerAddress> = new Map();
	#metadata: { readonly answer: MetadataAnswer; readonly askedAtMs: number } | undefined;
	#hasFreshMetadata = false;
	readonly #closed = new AbortController();
	#joined: { readonly signal: AbortSignal; readonly until: AbortSignal } | undefined;

	constructor(bootstrap: readonly Address[], settings: ConnectionSettings) {
		this.#bootstrap = bootstrap;
		this.#settings = settings;
	}

	/** Of each request, in milliseconds. */
	get timeoutMs(): number {
		return this.#settings.timeoutMs;
	}

	/** Whether the metadata was asked for in this poll. */
	get hasFreshMetadata(): boolean {
		return this.#hasFreshMetadata;
	}

	/** Gives brokers that failed in the last poll another chance, and renews sessions that end soon. */
	async beginPoll(signal: AbortSignal): Promise<void> {
		if (this.#failed.size > 0) this.#metadata = undefined;
		this.#failed.clear();
		this.#hasFreshMetadata = false;
		const until = this.#until(signal);
		await Promise.all(
			[...this.#connections].map(async ([address, connecting]) => {
				try {
					await (await connecting).renew(until);
				} catch (error) {
					if (until.aborted) throw new AbandonedError(address, 'connect', until.reason);
					this.#failed.set(address, new BrokerError(address, 'connect', error as Error));
				}
			}),
		);
	}

	/** Whether a broker has failed in this poll. */
	hasFailed(nodeId: number): boolean {
		const address = this.#brokers.get(nodeId);
		return address !== undefined && this.#failed.has(addressText(address));
	}

	/**
	 * The metadata of the cluster, as known or from whichever broker answers first in turn.
	 *
	 * @throws AggregateError of {@link BrokerError} when none does; {@link AbandonedError}
	 */
	async metadata(signal: AbortSignal): Promise<MetadataAnswer> {
		const known = this.#metadata;
		if (known && performance.now() - known.askedAtMs < metadataAgeMs) return known.answer;
		return await this.freshMetadata(signal);
	}

	/**
	 * The metadata of the cluster as it is now.
	 *
	 * @throws as {@link metadata}
	 */
	async freshMetadata(signal: AbortSignal): Promise<MetadataAnswer> {
		this.#metadata = undefined;
		const errors: BrokerError[] = [];
		for (const address of await this.#candidates()) {
			try {
				const answer = await this.#ask(address, addressText(address), metadata, undefined, signal);
				this.#learn(answer);
				return answer;
			} catch (error) {
				if (!(error instanceof BrokerError)) throw error;
				errors.push(error);
			}
		}
		throw new AggregateError(errors);
	}

	/**
	 * Asks one broker.
	 *
	 * @throws {@link BrokerError}, at once for a broker that failed before in this poll;
	 * {@link AbandonedError}
	 */
	async send<Arguments, Answer>(
		nodeId: number,
		request: Request<Arguments, Answer>,
		args: Arguments,
		signal: AbortSignal,
	): Promise<Answer> {
		const address = this.#brokers.get(nodeId);
		if (!address) {
			const cause = new Error('the cluster does not announce its address');
			throw new BrokerError(`broker ${nodeId}`, request.operation, cause);
		}
		return await this.#ask(address, this.#nameOf(nodeId), request, args, signal);
	}

	/** Whether a broker speaks a request; without a connection that shows when it is asked. */
	async speaks(
		nodeId: number,
		request: Pick<Request<never, unknown>, 'key' | 'versions'>,
	): Promise<boolean> {
		const address = this.#brokers.get(nodeId);
		const connection =
			address && (await this.#connections.get(addressText(address))?.catch(() => undefined));
		return connection === undefined || connection.version(request) !== undefined;
	}

	/** Settles when every socket is gone. */
	async close(): Promise<void> {
		this.#closed.abort(new Error('the target was closed'));
		const connections = [...this.#connections];
		for (const [address, connecting] of connections) this.#drop(address, connecting);
		await Promise.allSettled(
			connections.map(async ([, connecting]) => await (await connecting).gone),
		);
	}

	async #ask<Arguments, Answer>(
		address: Address,
		name: string,
		request: Request<Arguments, Answer>,
		args: Arguments,
		signal: AbortSignal,
	): Promise<Answer> {
		const failed = this.#failed.get(addressText(address));
		if (failed) throw failed;
		const until = this.#until(signal);
		let operation = 'connect';
		try {
			until.throwIfAborted();
			const connection = await this.#connection(address, until);
			operation = request.operation;
			this.#count(operation);
			return await connection.send(request, args, until);
		} catch (error) {
			if (until.aborted) throw new AbandonedError(name, operation, until.reason);
			const failure = new BrokerError(name, operation, error as Error);
			// A broker that lacks one request may well answer the others.
			const isBroken = !(error instanceof UnsupportedRequestError);
			if (isBroken && !this.#failed.has(addressText(address))) {
				this.#failed.set(addressText(address), failure);
			}
			throw failure;
		}
	}

	/** Fires at the end of a poll or of the target. One a poll: each stays known to the target's own signal. */
	#until(signal: AbortSignal): AbortSignal {
		if (this.#joined?.signal !== signal) {
			const until = AbortSignal.any([signal, this.#closed.signal]);
			// Every request under way listens to it.
			setMaxListeners(0, until);
			this.#joined = { signal, until };
		}
		return this.#joined.until;
	}

	/** The open connection to an address; everyone who asks meanwhile waits for the same one. */
	async #connection(address: Address, signal: AbortSignal): Promise<BrokerConnection> {
		const existing = this.#connections.get(addressText(address));
		if (existing && (await existing).isOpen) return await existing;
		const current = this.#connections.get(addressText(address));
		if (current !== undefined && current !== existing) return await current;
		this.#count('connect');
		const connecting = BrokerConnection.open(address, this.#settings, signal);
		this.#connections.set(addressText(address), connecting);
		connecting.catch(() => {
			if (this.#connections.get(addressText(address)) === connecting)
				this.#connections.delete(addressText(address));
		});
		return await connecting;
	}

	/** Brokers with an open connection first, then the known ones, then the configured ones. */
	async #candidates(): Promise<readonly Address[]> {
		const all = new Map<string, Address>();
		for (const address of [...this.#brokers.values(), ...this.#bootstrap]) {
			all.set(addressText(address), address);
		}
		const open = new Set<string>();
		for (const [address, connecting] of this.#connections) {
			const connection = await connecting.catch(() => undefined);
			if (connection?.isOpen) open.add(address);
		}
		const isOpen = ([address]: [string, Address]) => open.has(address);
		const sorted = [...all].sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)));
		return sorted.map(([, address]) => address);
	}

	/** Takes over who the brokers are; connections to others are not needed any more. */
	#learn(answer: MetadataAnswer): void {
		this.#hasFreshMetadata = true;
		if (isSettled(answer)) this.#metadata = { answer, askedAtMs: performance.now() };
		if (answer.brokers.length === 0) return;
		this.#brokers = new Map(answer.brokers.map((broker) => [broker.nodeId, broker]));
		const needed = new Set(answer.brokers.map(addressText));
		for (const [address, connecting] of this.#connections) {
			if (!needed.has(address)) this.#drop(address, connecting);
		}
	}

	#drop(address: string, connecting: Promise<BrokerConnection>): void {
		this.#connections.delete(address);
		connecting.then(
			(connection) => connection.close(),
			() => {},
		);
	}

	#nameOf(nodeId: number): string {
		const address = this.#brokers.get(nodeId);
		return address ? `broker ${nodeId} (${addressText(address)})` : `broker ${nodeId}`;
	}

	#count(operation: string): void {
		this.requests.set(operation, (this.requests.get(operation) ?? 0) + 1);
	}
}

/** Metadata that shows an election under way, or an error, will soon be different. */
function isSettled({ brokers, topics }: MetadataAnswer): boolean {
	return (
		brokers.length > 0 &&
		topics.every(({ errorCode, leaders }) => errorCode === 0 && leaders.every((node) => node >= 0))
	);
}
