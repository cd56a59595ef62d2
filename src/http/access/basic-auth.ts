import type { FastifyInstance } from 'fastify';
import type { Passwords } from './passwords.ts';

/** Where there are users, lets in nobody else, on any path, whether it exists or not (RFC 7617). */
export function basicAuth(app: FastifyInstance, passwords: Passwords): void {
	app.addHook('onRequest', async (request, reply) => {
		if (!passwords.areNeeded) return;
		const given = credentials(request.headers.authorization);
		const { socket } = request.raw;
		const asker = { address: socket.remoteAddress ?? '', isGone: () => socket.destroyed };
		if (given && (await passwords.accept(given.user, given.password, asker))) return;
		await reply
			.code(401)
			.header('www-authenticate', 'Basic realm="stream-lag-exporter", charset="UTF-8"')
			.type('text/plain; charset=utf-8')
			.send('unauthorized\n');
	});
}

/** Who someone claims to be. Absent: nobody, or not in this way. */
export function credentials(
	header: string | undefined,
): { readonly user: string; readonly password: string } | undefined {
	const [, encoded] = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header ?? '') ?? [];
	if (encoded === undefined) return undefined;
	const text = Buffer.from(encoded, 'base64').toString('utf8');
	const colon = text.indexOf(':');
	if (colon < 0) return undefined;
	return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
