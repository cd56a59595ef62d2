import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

/** The page's own files, which stand in the package as they are served. */
const files = [
	{ name: 'page.css', type: 'text/css; charset=utf-8' },
	{ name: 'page.js', type: 'text/javascript; charset=utf-8' },
] as const;

/** Serves them from memory. A browser asks each time whether they are still the same. */
export function assetRoutes(app: FastifyInstance): void {
	for (const { name, type } of files) {
		const content = readFileSync(new URL(`../../../web/${name}`, import.meta.url));
		const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
		app.get(`/assets/${name}`, async (request, reply) => {
			reply.headers({ etag, 'cache-control': 'no-cache' });
			// Not split at the spaces too, in which an expression would look at each one many times.
			const known = String(request.headers['if-none-match'] ?? '').split(',');
			// RFC 9110, section 13.1.2: compared weakly, as a proxy that compresses may have made it.
			const same = known.some(
				(one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag,
			);
			return same ? reply.code(304).send() : reply.type(type).send(content);
		});
	}
}
