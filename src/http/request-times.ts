import type { FastifyInstance } from 'fastify';

/** A request that is over. */
export interface RequestTold {
	readonly method: string;
	/** Path and query as they were sent. */
	readonly url: string;
	readonly status: number;
	readonly durationMs: number;
	/** Whether the answer was given out in full: who asked may have gone. */
	readonly isComplete: boolean;
}

/**
 * Tells how each request went, also those that are refused and those that are broken off; not those that
 * still waited for their turn on a connection that ended.
 */
export function tellRequests(app: FastifyInstance, tell: (told: RequestTold) => void): void {
	app.addHook('onRequest', async (request, reply) => {
		const beganMs = performance.now();
		const { method, url } = request;
		reply.raw.once('close', () => {
			const durationMs = performance.now() - beganMs;
			const { statusCode, writableFinished } = reply.raw;
			// What was handed over and is still to be sent when the other side goes counts as finished.
			const isComplete = writableFinished && !request.raw.socket.destroyed;
			tell({ method, url, status: statusCode, durationMs, isComplete });
		});
	});
}
