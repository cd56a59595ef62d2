import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Snapshot } from '../model.ts';
import type { Access } from './access/access.ts';
import { tlsServerOptions } from './access/tls.ts';
import { apiRoutes } from './api/routes.ts';
import { configRoute } from './config-route.ts';
import { answersUnderWay } from './drain.ts';
import { type MetricsSource, metricsRoute } from './metrics-route.ts';
import { answerOneAtATime } from './one-at-a-time.ts';
import { pageRoutes } from './page/routes.ts';
import { type Reload, reloadRoute } from './reload-route.ts';
import { type RequestTold, tellRequests } from './request-times.ts';
import { addSecurityHeaders, securityHeaders } from './security-headers.ts';

/** What is served, and of what. */
export interface Site extends MetricsSource {
	/** What was read last, for page and API. */
	snapshot(): Snapshot;
	readonly telemetryPath: string;
	readonly version: string;
	/** Which part of everything is shown, in words; absent: all of it. */
	readonly shard?: string;
	/** Whether every target was tried once. */
	ready(): boolean;
	/** Told of what made an answer fail: a defect of ours. */
	onFailure(error: unknown): void;
	/** Told of every request that is over. Absent: nobody wants to hear of them. */
	readonly onRequest?: ((told: RequestTold) => void) | undefined;
	/** The configuration in use, without secrets. */
	effectiveYaml(): string;
	/** Absent: reloading over HTTP is not enabled. */
	readonly reload?: Reload | undefined;
}

/** A server, and a way to end it. */
export interface SiteServer {
	readonly app: FastifyInstance;
	/** Finishes what is being answered, then closes every connection. */
	close(): Promise<void>;
}

/**
 * Builds the server; nothing listens until the caller says where.
 *
 * @param access - absent: whoever reaches the port may come in, without TLS
 */
export function buildServer(site: Site, access?: Access): SiteServer {
	const app = fastify({
		logger: false,
		// Its type is that of a server by either protocol.
		...(access?.tls
			? { https: { ...tlsServerOptions(access.tls), ...patience } }
			: { https: null, http: patience }),
		forceCloseConnections: true,
		// Nobody needs longer to ask; who does not read the answer is not waited for.
		requestTimeout: 30_000,
		connectionTimeout: 60_000,
		exposeHeadRoutes: true,
		// What is not known in a query is refused by the routes, not taken away.
		ajv: { customOptions: { removeAdditional: false } },
		frameworkErrors: (_error, _request, reply) => {
			// Its reply's type knows no status codes.
			reply.raw.statusCode = 400;
			plain(reply.headers(securityHeaders), 'bad request\n');
		},
		clientErrorHandler: (_error, socket) => {
			if (socket.writable) socket.end(badRequest);
		},
	});
	app.server.maxConnections = mostConnections;
	const answered = answersUnderWay(app);
	if (site.onRequest) tellRequests(app, site.onRequest);
	answerOneAtATime(app);
	addSecurityHeaders(app);
	access?.guard(app);
	// Nothing here reads a body, so none can be wrong.
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', (_request, body, done) => {
		body.resume();
		done(null);
	});
	app.setNotFoundHandler((request, reply) => {
		const { allow } = methodsOf(app, request.url);
		if (allow.length === 0) return plain(reply.code(404), 'not found\n');
		return plain(reply.code(405).header('allow', allow.join(', ')), 'method not allowed\n');
	});
	app.setErrorHandler((error, _request, reply) => {
		const status = statusOf(error);
		if (status >= 500) site.onFailure(error);
		return plain(reply.code(status), status < 500 ? 'bad request\n' : 'internal error\n');
	});
	metricsRoute(app, site.telemetryPath, site);
	configRoute(app, () => site.effectiveYaml());
	reloadRoute(app, site.reload);
	apiRoutes(app, () => site.snapshot());
	pageRoutes(app, site);
	app.get('/-/healthy', async (_request, reply) => plain(reply, 'healthy\n'));
	app.get('/-/ready', async (_request, reply) =>
		site.ready()
			? plain(reply, 'ready\n')
			: plain(reply.code(503), 'not every target has been tried yet\n'),
	);
	return {
		app,
		async close() {
			await answered();
			await app.close();
		},
	};
}

/** How long those are borne who say nothing, or nothing to its end. */
const patience = {
	/** Until the headers are there. */
	headersTimeout: 10_000,
	/** How often connections are looked at for that; Node looks every 30 seconds. */
	connectionsCheckingInterval: 5_000,
};

/** Of each address: far more than there are scrapers, and few enough not to fill memory. */
const mostConnections = 512;

function plain(reply: FastifyReply, text: string): FastifyReply {
	return reply.type('text/plain; charset=utf-8').send(text);
}

/** For what is not HTTP, or a method that Node does not know. */
const badRequest = [
	'HTTP/1.1 400 Bad Request',
	'content-type: text/plain; charset=utf-8',
	'content-length: 12',
	'connection: close',
	'',
	'bad request\n',
].join('\r\n');

/** The methods that a path answers, when it answers any. */
function methodsOf(app: FastifyInstance, url: string): { readonly allow: readonly string[] } {
	const [path = '/'] = url.split('?', 1);
	// Which the router takes for its own wildcards, and none of our paths has.
	if (path.includes('*')) return { allow: [] };
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
