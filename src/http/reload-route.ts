import type { FastifyInstance } from 'fastify';

/** Loads the configuration again; gives every mistake that keeps the old one in use. */
export type Reload = () => Promise<readonly string[]>;

/** Lets whoever can reach the port reload, where that is enabled. */
export function reloadRoute(app: FastifyInstance, reload: Reload | undefined): void {
	// `curl -d ''` sends a type; whatever is sent is not read.
	app.addContentTypeParser('application/x-www-form-urlencoded', (_request, body, done) => {
		body.resume();
		done(null);
	});
	app.route({
		method: ['POST', 'PUT'],
		url: '/-/reload',
		async handler(_request, reply) {
			reply.type('text/plain; charset=utf-8');
			if (reload === undefined) {
				return reply.code(403).send('not enabled: start with --web.enable-lifecycle\n');
			}
			const mistakes = await reload();
			if (mistakes.length === 0) return reply.send('reloaded\n');
			return reply.code(400).send(mistakes.map((mistake) => `${mistake}\n`).join(''));
		},
	});
}
