import fastify, { type FastifyInstance } from 'fastify';
import { configRoute } from './config-route.ts';
import { type MetricsSource, metricsRoute } from './metrics-route.ts';
import { type Reload, reloadRoute } from './reload-route.ts';
import { startPage } from './start-page.ts';

/** What is served, and of what. */
export interface Site extends MetricsSource {
	readonly telemetryPath: string;
	readonly version: string;
	/** Whether every target was tried once. */
	ready(): boolean;
	/** The configuration in use, without secrets. */
	effectiveYaml(): string;
	/** Absent: reloading over HTTP is not enabled. */
	readonly reload?: Reload | undefined;
}

/** Builds the server; nothing listens until the caller says where. */
export function buildServer(site: Site): FastifyInstance {
	const app = fastify({ logger: false, forceCloseConnections: true, exposeHeadRoutes: true });
	app.setNotFoundHandler((request, reply) => {
		const { allow } = methodsOf(app, request.url);
		if (allow.length > 0) {
			return reply
				.code(405)
				.header('allow', allow.join(', '))
				.type('text/plain')
				.send('method not allowed\n');
		}
		return reply.code(404).type('text/plain').send('not found\n');
	});
	app.setErrorHandler((error, _request, reply) => {
		const status = statusOf(error);
		return reply
			.code(status)
			.type('text/plain')
			.send(status < 500 ? 'bad request\n' : 'internal error\n');
	});
	metricsRoute(app, site.telemetryPath, site);
	configRoute(app, () => site.effectiveYaml());
	reloadRoute(app, site.reload);
	startPage(app, site.telemetryPath, site.version);
	app.get('/-/healthy', async (_request, reply) => reply.type('text/plain').send('healthy\n'));
	app.get('/-/ready', async (_request, reply) =>
		site.ready()
			? reply.type('text/plain').send('ready\n')
			: reply.code(503).type('text/plain').send('not every target has been tried yet\n'),
	);
	return app;
}

/** The methods that a path answers, when it answers any. */
function methodsOf(app: FastifyInstance, url: string): { readonly allow: readonly string[] } {
	const [path = '/'] = url.split('?', 1);
	const methods = ['GET', 'HEAD', 'POST', 'PUT'] as const;
	return { allow: methods.filter((method) => app.hasRoute({ method, url: path })) };
}

function statusOf(error: unknown): number {
	if (typeof error === 'object' && error !== null && 'statusCode' in error) {
		const { statusCode } = error;
		if (typeof statusCode === 'number' && statusCode >= 400) return statusCode;
	}
	return 500;
}
