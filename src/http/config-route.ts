import type { FastifyInstance } from 'fastify';

/** Serves the configuration in use, as YAML without secrets. */
export function configRoute(app: FastifyInstance, effectiveYaml: () => string): void {
	app.get('/config', async (_request, reply) =>
		reply.type('text/yaml; charset=utf-8').send(effectiveYaml()),
	);
}
