import { isIPv6 } from 'node:net';

/** Where a server listens. */
export interface Address {
	/** A name or an IP address, without the brackets that IPv6 has in text. */
	readonly host: string;
	readonly port: number;
}

/** `host:port`, an IPv6 address in brackets. */
export function addressText({ host, port }: Address): string {
	return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The parts of `scheme://[user[:password]@]host[:port][/path]`. */
export interface ServerUrl {
	/** As in {@link Address}. */
	readonly host: string;
	readonly port?: number;
	/** Empty, or from the slash on. */
	readonly path: string;
	readonly username?: string;
	readonly password?: string;
}

/** Reads a URL of one scheme. Absent: it is none, or has a query or fragment, which nothing reads. */
export function parseServerUrl(text: string, scheme: string): ServerUrl | undefined {
	// The URL parser drops white space where it should refuse it.
	if (!text.startsWith(`${scheme}://`) || /[\s?#]/.test(text)) return undefined;
	try {
		const url = new URL(text);
		const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
		const port = url.port === '' ? undefined : Number(url.port);
		if (port === 0 || !(isIPv6(host) || /^[\w.-]+$/.test(host))) return undefined;
		return {
			host,
			path: url.pathname,
			...(port !== undefined && { port }),
			...(url.username !== '' && { username: decodeURIComponent(url.username) }),
			...(url.password !== '' && { password: decodeURIComponent(url.password) }),
		};
	} catch {
		return undefined;
	}
}
