import { setMaxListeners } from 'node:events';
import { type Address, addressText } from '../../../options/address.ts';
import { type BrokerAddress, type MetadataAnswer, metadata } from '../protocol/metadata.ts';
import type { Request } from '../protocol/request.ts';
import { AbandonedError, BrokerError } from './broker-error.ts';
import type { ConnectionSettings } from './connection.ts';
import { ConnectionLostError, UnsupportedRequestError } from './connection-errors.ts';
import { Connections, notNeeded } from './connections.ts';
import { firstAnswer } from './first-answer.ts';

/** Metadata is asked for anew when it is older, or when something speaks against it. */
const metadataAgeMs = 30_000;

/** How long a broker may take to tell the metadata before another is asked too. */
const mostPatienceMs = 500;

/**
 * The connections to the brokers of one cluster: one to each broker that is needed, kept from poll
 * to poll, and made anew when it is lost; and what the cluster tells of itself.
 */
export class Cluster {
	readonly requests = new Map<string, number>();
	readonly #bootstrap: readonly Address[];
	readonly #settings: ConnectionSettings;
	readonly #connections: Connections;
	/** Brokers that failed in this poll are not asked again before the next. */
	readonly #failed = new Map<string, BrokerError>();
	#brokers: ReadonlyMap<number, BrokerAddress> = new Map();
	#metadata: { readonly answer: MetadataAnswer; readonly askedAtMs: number } | undefined;
	#hasFreshMetadata = false;
	/** Who told the metadata last. */
	#informant: string | undefined;
	#isClosed = false;
	#joined: { readonly signal: AbortSignal; readonly ending: AbortController } | undefined;

	constructor(bootstrap: readonly Address[], settings: ConnectionSettings) {
		this.#bootstrap = bootstrap;
		this.#settings = settings;
		this.#connections = new Connections(settings, () => this.#count('connect'));
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
		for (const [address, error] of await this.#connections.beginPoll(until)) {
			if (!until.aborted)
				this.#failed.set(address, this.#error(address, 'connect', error, address));
		}
	}

	/** Whether a broker has failed in this poll. */
	hasFailed(nodeId: number): boolean {
		const address = this.#brokers.get(nodeId);
		return address !== undefined && this.#failed.has(addressText(address));
	}

	/**
	 * The metadata of the cluster, as known or as it is now.
	 *
	 * @throws AggregateError of {@link BrokerError} when no broker tells
	 */
	async metadata(signal: AbortSignal): Promise<MetadataAnswer> {
		const known = this.#metadata;
		if (known && performance.now() - known.askedAtMs < metadataAgeMs) return known.answer;
		return await this.freshMetadata(signal);
	}

	/**
	 * The metadata of the cluster as it is now, from whichever broker tells it first.
	 *
	 * @throws as {@link metadata}
	 */
	async freshMetadata(signal: AbortSignal): Promise<MetadataAnswer> {
		this.#metadata = undefined;
		const asks = this.#candidates().map((address) => async () => {
			const name = addressText(address);
			const answer = await this.#ask(address, name, metadata, undefined, signal);
			return { answer, name };
		});
		const patienceMs = Math.min(mostPatienceMs, this.timeoutMs / 5);
		const { answer, name } = await firstAnswer(asks, patienceMs, this.#until(signal));
		this.#informant = name;
		this.#learn(answer);
		return answer;
	}

	/**
	 * Asks one broker.
	 *
	 * @throws {@link BrokerError}, at once for a broker that failed before in this poll
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
			throw this.#error(`broker ${nodeId}`, request.operation, cause);
		}
		return await this.#ask(address, this.#nameOf(nodeId), request, args, signal);
	}

	/** Whether a broker speaks a request; without a connection that shows when it is asked. */
	async speaks(
		nodeId: number,
		request: Pick<Request<never, unknown>, 'key' | 'versions'>,
	): Promise<boolean> {
		const address = this.#brokers.get(nodeId);
		const connection = address && (await this.#connections.openTo(address));
		return connection === undefined || connection.version(request) !== undefined;
	}

	/** Settles when every socket is gone. */
	async close(): Promise<void> {
		this.#isClosed = true;
		this.#joined?.ending.abort(new Error('the target was closed'));
		await this.#connections.close();
	}

	async #ask<Arguments, Answer>(
		address: Address,
		name: string,
		request: Request<Arguments, Answer>,
		args: Arguments,
		signal: AbortSignal,
	): Promise<Answer> {
		const key = addressText(address);
		const failed = this.#failed.get(key);
		if (failed) throw failed;
		const until = this.#until(signal);
		for (;;) {
			let operation = this.#connections.isOpen(address) ? request.operation : 'connect';
			let isOld = false;
			try {
				until.throwIfAborted();
				const link = this.#connections.to(address, until);
				isOld = link.isOld;
				const connection = await link.connecting;
				operation = request.operation;
				this.#count(operation);
				return await connection.send(request, args, until);
			} catch (error) {
				if (until.aborted) {
					throw this.#error(name, operation, new AbandonedError(until.reason), key);
				}
				// It may have been lost long before this request; nothing asked here changes anything.
				if (isOld && error instanceof ConnectionLostError && error !== notNeeded) continue;
				const failure = this.#error(name, operation, error as Error, key);
				// A broker that lacks one request may well answer the others.
				const isBroken = !(error instanceof UnsupportedRequestError) && error !== notNeeded;
				if (isBroken && !this.#failed.has(key)) this.#failed.set(key, failure);
				throw failure;
			}
		}
	}

	#error(broker: string, operation: string, cause: Error, address?: string): BrokerError {
		return new BrokerError(broker, operation, cause, {
			tls: this.#settings.tls !== null,
			sasl: this.#settings.sasl !== null,
			advertised:
				address !== undefined && !this.#bootstrap.some((one) => addressText(one) === address),
		});
	}

	/** Fires at the end of a poll or of the target. One a poll, for every request under way listens to it. */
	#until(signal: AbortSignal): AbortSignal {
		if (this.#joined?.signal !== signal) {
			const ending = new AbortController();
			setMaxListeners(0, ending.signal);
			const end = () => ending.abort(signal.reason);
			signal.addEventListener('abort', end, { once: true });
			if (signal.aborted) end();
			if (this.#isClosed) ending.abort(new Error('the target was closed'));
			this.#joined = { signal, ending };
		}
		return this.#joined.ending.signal;
	}

	/** Brokers with an open connection first, then who told last, then the known and the configured ones. */
	#candidates(): readonly Address[] {
		const all = new Map<string, Address>();
		for (const address of [...this.#brokers.values(), ...this.#bootstrap]) {
			all.set(addressText(address), address);
		}
		const rank = ([name, address]: [string, Address]) => {
			if (this.#connections.isOpen(address)) return 0;
			return name === this.#informant ? 1 : 2;
		};
		return [...all].sort((a, b) => rank(a) - rank(b)).map(([, address]) => address);
	}

	/** Takes over who the brokers are; connections to others are not needed any more. */
	#learn(answer: MetadataAnswer): void {
		this.#hasFreshMetadata = true;
		if (isSettled(answer)) this.#metadata = { answer, askedAtMs: performance.now() };
		if (answer.brokers.length === 0) return;
		this.#brokers = new Map(answer.brokers.map((broker) => [broker.nodeId, broker]));
		this.#connections.keep(new Set(answer.brokers.map(addressText)));
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
