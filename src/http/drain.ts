import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { loopWatch } from '../loop-watch.ts';

/**
 * Counts what is being answered, so that a server can be closed after it, and the event loop is watched
 * meanwhile.
 *
 * Node takes a connection for idle as soon as an answer is handed over, though most of it may still
 * wait to be sent, and destroys it when the server is closed (`closeIdleConnections`). And it never
 * ends an answer whose connection has ended before: when the other side hangs up, or sends nonsense
 * after its request.
 *
 * @returns settles when nothing is being answered
 */
export function answersUnderWay(app: FastifyInstance): () => Promise<void> {
	const counts = new Map<Socket, number>();
	const known = new WeakSet<Socket>();
	let waiting: (() => void)[] = [];
	let unwatch: (() => void) | undefined;
	const settle = (socket: Socket, left: number) => {
		if (left > 0) counts.set(socket, left);
		else counts.delete(socket);
		if (counts.size > 0) return;
		unwatch?.();
		unwatch = undefined;
		for (const resolve of waiting) resolve();
		waiting = [];
	};
	app.addHook('onRequest', async (request, reply) => {
		unwatch ??= loopWatch.begin();
		const { socket } = request.raw;
		if (!known.has(socket)) {
			known.add(socket);
			socket.once('close', () => settle(socket, 0));
		}
		counts.set(socket, (counts.get(socket) ?? 0) + 1);
		reply.raw.once('close', () => {
			const count = counts.get(socket);
			if (count !== undefined) settle(socket, count - 1);
		});
	});
	return async () => {
		if (counts.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
	};
}
