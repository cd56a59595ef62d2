import type { FastifyInstance } from 'fastify';

/**
 * Counts what is being answered, so that a server can be closed after it.
 *
 * Node takes a connection for idle as soon as an answer is handed over, though most of it may still
 * wait to be sent, and destroys it when the server is closed (`closeIdleConnections`).
 *
 * @returns settles when nothing is being answered
 */
export function answersUnderWay(app: FastifyInstance): () => Promise<void> {
	let count = 0;
	let waiting: (() => void)[] = [];
	app.addHook('onRequest', async () => {
		count += 1;
	});
	// Also called when the other side hangs up.
	app.addHook('onResponse', async () => {
		count -= 1;
		if (count > 0) return;
		for (const resolve of waiting) resolve();
		waiting = [];
	});
	return async () => {
		if (count > 0) await new Promise<void>((resolve) => waiting.push(resolve));
	};
}
