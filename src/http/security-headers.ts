import type { FastifyInstance } from 'fastify';

/** A page may load and ask nothing but what is served here, and nobody may frame it. */
const policy = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"connect-src 'self'",
	"img-src 'self' data:",
	"base-uri 'none'",
	"form-action 'self'",
	"frame-ancestors 'none'",
].join('; ');

/** What browsers are told with every answer. */
export const securityHeaders = {
	'content-security-policy': policy,
	'referrer-policy': 'no-referrer',
	'x-content-type-options': 'nosniff',
	'x-frame-options': 'DENY',
} as const;

/** Sets them before anything else can answer. */
export function addSecurityHeaders(app: FastifyInstance): void {
	app.addHook('onRequest', async (_request, reply) => {
		reply.headers(securityHeaders);
	});
}
