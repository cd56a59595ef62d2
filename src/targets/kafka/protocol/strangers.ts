/** How servers of other protocols begin to speak, or answer what they do not understand. */
const openings: readonly (readonly [opening: RegExp, who: string])[] = [
	[/^HTTP\//, 'an HTTP server answers'],
	[/^<(!doctype|html|\?xml)/i, 'an HTTP server answers'],
	[/^-(ERR|NOAUTH|DENIED|MISCONF|LOADING)/, 'a Redis server answers'],
	[/^INFO \{/, 'a NATS server answers'],
	[/^SSH-/, 'an SSH server answers'],
	[/^220[ -]/, 'a mail or FTP server answers'],
];

/** Who it is that does not speak Kafka's protocol, by its first bytes, where that can be told. */
export function strangerOf(bytes: Buffer): string | undefined {
	// The content types of TLS records, and its major version (RFC 8446, 5.1).
	const [type = 0, major = 0] = bytes;
	if (type >= 20 && type <= 24 && major === 3) return 'the answer is TLS';
	const text = bytes.toString('latin1', 0, 16);
	return openings.find(([opening]) => opening.test(text))?.[1];
}
