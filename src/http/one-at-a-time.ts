import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** Nobody who scrapes, and no browser, sends a request before the last one is answered. */
const mostPending = 10;

/**
 * Answers the requests of a connection one at a time, each in its own turn of the event loop, and hangs
 * up on who sends many more without waiting for answers (pipelining, RFC 9112, section 9.3.2). Node
 * hands over all that arrived together: a few such connections would hold up everybody else, and fill
 * memory with answers that nobody reads.
 */
export function answerOneAtATime(app: FastifyInstance): void {
	const queues = new WeakMap<Socket, { pending: number; last: Promise<void> }>();
	app.addHook('onRequest', async (request, reply) => {
		const { socket } = request.raw;
		const queue = queues.get(socket) ?? { pending: 0, last: Promise.resolve() };
		queues.set(socket, queue);
		queue.pending++;
		if (queue.pending > mostPending) socket.destroy();
		// What else arrived with it is not answered.
		if (socket.destroyed) await new Promise(() => {});
		const before = queue.last;
		queue.last = new Promise((resolve) => {
			reply.raw.once('close', () => {
				queue.pending--;
				resolve();
			});
		});
		if (queue.pending === 1) return;
		await before;
		await setImmediate();
		// Nobody would be told that this answer is over.
		if (socket.destroyed) await new Promise(() => {});
	});
}
