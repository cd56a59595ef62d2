import { type Address, addressText } from '../../../options/address.ts';
import { BrokerConnection, type ConnectionSettings } from './connection.ts';
import { ConnectionLostError } from './connection-errors.ts';

/** A connection, or one that is being made. */
export interface Link {
	readonly connecting: Promise<BrokerConnection>;
	readonly opened?: BrokerConnection;
	/** Whether it was made before the present poll: it may have been lost without a word since. */
	readonly isOld: boolean;
}

interface OwnLink extends Link {
	opened?: BrokerConnection;
	isOld: boolean;
	readonly leave: AbortController;
}

/** What becomes of connections to whoever is no broker of the cluster. */
export const notNeeded = new ConnectionLostError('the connection is not needed any more');

/** One connection to each address that is asked, kept from poll to poll, made anew when it is lost. */
export class Connections {
	readonly #settings: ConnectionSettings;
	readonly #onConnect: () => void;
	readonly #links = new Map<string, OwnLink>();

	/** @param onConnect - told of each that is begun */
	constructor(settings: ConnectionSettings, onConnect: () => void) {
		this.#settings = settings;
		this.#onConnect = onConnect;
	}

	/**
	 * Logs in again where a session ends soon.
	 *
	 * @returns what could not be kept, by address
	 */
	async beginPoll(signal: AbortSignal): Promise<ReadonlyMap<string, Error>> {
		const lost = new Map<string, Error>();
		await Promise.all(
			[...this.#links].map(async ([address, link]) => {
				link.isOld = true;
				try {
					await link.opened?.renew(signal);
				} catch (error) {
					lost.set(address, error as Error);
				}
			}),
		);
		return lost;
	}

	/** The connection to an address; everyone who asks while it is made waits for the same one. */
	to(address: Address, signal: AbortSignal): Link {
		const key = addressText(address);
		const existing = this.#links.get(key);
		if (existing && existing.opened?.isOpen !== false) return existing;
		this.#onConnect();
		const leave = new AbortController();
		const until = AbortSignal.any([signal, leave.signal]);
		const connecting = BrokerConnection.open(address, this.#settings, until);
		const link: OwnLink = { connecting, isOld: false, leave };
		this.#links.set(key, link);
		connecting.then(
			(connection) => {
				link.opened = connection;
			},
			() => {
				if (this.#links.get(key) === link) this.#links.delete(key);
			},
		);
		return link;
	}

	/** The open connection to an address, or the one that is being made; none when there is none. */
	async openTo(address: Address): Promise<BrokerConnection | undefined> {
		return await this.#links.get(addressText(address))?.connecting.catch(() => undefined);
	}

	isOpen(address: Address): boolean {
		return this.#links.get(addressText(address))?.opened?.isOpen === true;
	}

	/** Closes all but those to these addresses. */
	keep(addresses: ReadonlySet<string>): void {
		for (const [address, link] of this.#links) {
			if (addresses.has(address)) continue;
			this.#links.delete(address);
			link.leave.abort(notNeeded);
			link.opened?.close(notNeeded);
		}
	}

	/** Settles when every socket is gone. */
	async close(): Promise<void> {
		const links = [...this.#links.values()];
		this.keep(new Set());
		await Promise.allSettled(links.map(async ({ connecting }) => await (await connecting).gone));
	}
}
