import type { Problem } from '../../../model.ts';
import type { Endpoint } from './connection.ts';
import type { Opened } from './node.ts';

/** A server that holds keys nobody else holds. */
export interface Master {
	readonly endpoint: Endpoint;
	/** `host:port` */
	readonly name: string;
	/** @throws NodeError */
	open(): Promise<Opened>;
	/** Whether a key is its own. */
	owns(key: Buffer): boolean;
}

/** Who is to be asked in a poll. */
export interface Masters {
	readonly masters: readonly Master[];
	/** What is known to be missing among them. */
	readonly problems: readonly Problem[];
}

/** A single server, a master that sentinels know, or a cluster. */
export interface Installation {
	/** Whether keys have slots, and servers send those that ask for another one's key away. */
	readonly isCluster: boolean;
	/**
	 * Finds who holds the keys now.
	 *
	 * @throws UnreadableError when nobody says
	 */
	masters(): Promise<Masters>;
	/**
	 * The server at an address that another one has named.
	 *
	 * @throws NodeError
	 */
	at(host: string, port: number): Promise<Opened>;
}
