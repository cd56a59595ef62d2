import type { ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { WebTls } from '../../config/web-config.ts';

/** What Node's server needs to speak TLS. */
export function tlsServerOptions(tls: WebTls): ServerOptions {
	const { clientAuth } = tls;
	return {
		...secureContext(tls),
		handshakeTimeout: 10_000,
		requestCert: clientAuth !== 'NoClientCert',
		rejectUnauthorized: clientAuth === 'RequireAndVerifyClientCert',
	};
}

/** What can be replaced while a server runs: certificate, key, whom it trusts, least version. */
export function secureContext({ cert, key, clientCa, minVersion }: WebTls) {
	return { cert, key: key.reveal(), minVersion, ...(clientCa !== undefined && { ca: clientCa }) };
}

/** Whether a client may stay after the handshake, by what Node itself does not tell apart. */
export function mayStay(socket: TLSSocket, clientAuth: WebTls['clientAuth']): boolean {
	const showsOne = Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
	switch (clientAuth) {
		case 'RequireAnyClientCert':
			return showsOne;
		case 'VerifyClientCertIfGiven':
			return socket.authorized || !showsOne;
		default:
			return true;
	}
}
