import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';

const opener = new AsyncLocalStorage<OpenedSockets>();

/**
 * The sockets that a library opens while it runs for us. The client library offers no handle on an
 * attempt to connect, and when a server accepts but never greets it gives up without closing its
 * socket (nats 2.29.3, `NodeTransport._closed` returns early). Here they can be closed at any time.
 */
export class OpenedSockets {
	readonly #sockets = new Set<Socket>();
	#destroyed = false;

	/** Runs the library; every TCP socket that it opens until the promise settles is kept track of. */
	async during<T>(run: () => Promise<T>): Promise<T> {
		const note = (message: unknown) => {
			if (opener.getStore() === this) this.#note(message);
		};
		subscribe('net.client.socket', note);
		try {
			return await opener.run(this, run);
		} finally {
			unsubscribe('net.client.socket', note);
		}
	}

	/** Closes all of them at once, and any that is still opened later; waits until they are closed. */
	async destroy(): Promise<void> {
		this.#destroyed = true;
		await Promise.all([...this.#sockets].map(closed));
	}

	#note(message: unknown): void {
		const socket = (message as { readonly socket?: unknown }).socket;
		if (!(socket instanceof Socket)) return;
		this.#sockets.add(socket);
		if (this.#destroyed) socket.destroy();
	}
}

function closed(socket: Socket): Promise<void> {
	if (socket.destroyed) return Promise.resolve();
	return new Promise((resolve) => {
		socket.once('close', () => resolve());
		socket.destroy();
	});
}
