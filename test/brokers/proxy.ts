import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What a proxy does with what a server answers. */
export type Manner =
	| 'pass'
	/** Takes everything and gives nothing. */
	| 'hang'
	/** Gives half of an answer and breaks the connection. */
	| 'reset'
	/** Gives as many random bytes as the server gave of its own. */
	| 'garble'
	| { readonly delayMs: number };

/** A TCP proxy in front of a server that can be started later. */
export interface TcpProxy {
	readonly port: number;
	/** Where it leads from now on. */
	upstream: number | undefined;
	/** For connections that there are, too. */
	manner: Manner;
	/** Connections that were opened to it so far. */
	readonly opened: number;
	/** Pieces of answers that came from the server so far. */
	readonly answered: number;
	/** Bytes that clients and servers sent through it so far. */
	readonly bytes: number;
	stop(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startProxy(): Promise<TcpProxy> {
	const sockets = new Set<Socket>();
	const server = createServer((client) => {
		proxy.opened += 1;
		const { upstream } = proxy;
		const above = connect({ host: '127.0.0.1', port: upstream ?? 0 });
		for (const socket of [client, above]) {
			sockets.add(socket);
			socket.on('error', () => {});
			socket.on('close', () => sockets.delete(socket));
			socket.setNoDelay(true);
		}
		client.on('data', (data) => {
			proxy.bytes += data.length;
			above.write(data);
		});
		client.on('close', () => above.destroy());
		above.on('close', () => client.destroy());
		above.on('data', (data) => {
			proxy.bytes += data.length;
			answer(client, data);
		});
	});
	const answer = (client: Socket, data: Buffer) => {
		proxy.answered += 1;
		const { manner } = proxy;
		switch (manner) {
			case 'pass':
				client.write(data);
				return;
			case 'hang':
				return;
			case 'reset':
				client.write(data.subarray(0, data.length >> 1), () => client.resetAndDestroy());
				return;
			case 'garble':
				client.write(randomBytes(data.length));
				return;
			default:
				// Timers of the same length fire in their order.
				setTimeout(() => client.write(data), manner.delayMs);
		}
	};
	const proxy: TcpProxy & { opened: number; answered: number; bytes: number } = {
		port: 0,
		upstream: undefined,
		manner: 'pass',
		opened: 0,
		answered: 0,
		bytes: 0,
		async stop() {
			for (const socket of sockets) socket.destroy();
			if (server.listening) await once(server.close(), 'close');
		},
	};
	await once(server.listen(0, '127.0.0.1'), 'listening');
	return Object.assign(proxy, { port: (server.address() as AddressInfo).port });
}
