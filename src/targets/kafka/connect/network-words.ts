const words: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'nothing listens there, or the broker is down: check host and port',
	ENOTFOUND: 'no such host is known here: check the name and the DNS that this process uses',
	EAI_AGAIN: 'its name could not be looked up just now: check the DNS that this process uses',
	ETIMEDOUT: 'nothing answers there: check host, port and firewalls',
	EHOSTUNREACH: 'there is no way to it from here: check networks and firewalls',
	ENETUNREACH: 'there is no way to it from here: check networks and firewalls',
};

/** Why nothing could be connected to and what to do, by the system's code; none for rare codes. */
export function networkWords(code: string): string | undefined {
	return words[code] && `cannot be reached (${code}): ${words[code]}`;
}

/** Codes of OpenSSL, of Node's TLS, and of certificates that were not accepted. */
export function isTlsCode(code: string): boolean {
	return /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_|UNABLE_TO_|HOSTNAME_|EPROTO)/.test(code);
}
