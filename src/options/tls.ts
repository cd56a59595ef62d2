import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import { z } from 'zod';
import { secretFile, TextFile, textFile } from './file.ts';
import { booleanHint, shown } from './quoted.ts';
import { Secret } from './secret.ts';
import { text } from './text.ts';
import { thorough } from './thorough.ts';

/**
 * TLS: `true` with the system's authorities, `false` without TLS, or a map. Files are PEM; that they
 * hold what they should, and that key and certificate belong together, is checked here.
 */
export const tls = z.union(
	[
		z.boolean(),
		z
			.strictObject({
				/** Whom to trust instead of the system's authorities. */
				ca_file: textFile.optional(),
				/** To show to the server, with its key. */
				cert_file: textFile.optional(),
				key_file: secretFile.optional(),
				/** The name in the server's certificate, where it is not the host that is connected to. */
				server_name: text.optional(),
				/** Trust any certificate. */
				insecure_skip_verify: z.boolean().default(false),
			})
			.superRefine(checkPair, thorough),
	],
	{
		error({ input }) {
			// A text in the wrong place may be a secret.
			const got = typeof input === 'string' ? 'a text' : shown(input);
			return `expected true, false or a map, got ${got}${booleanHint(input)}`;
		},
	},
);

export type Tls = z.output<typeof tls>;

/** What Node needs to connect by TLS. Absent: TLS is not wanted. */
export function tlsOptions(tls: Tls | undefined): ConnectionOptions | undefined {
	if (tls === undefined || tls === false) return undefined;
	if (tls === true) return {};
	const { ca_file, cert_file, key_file, server_name, insecure_skip_verify } = tls;
	return {
		...(ca_file && { ca: ca_file.text }),
		...(cert_file && { cert: cert_file.text }),
		...(key_file && { key: key_file.reveal() }),
		...(server_name !== undefined && { servername: server_name }),
		...(insecure_skip_verify && { rejectUnauthorized: false }),
	};
}

interface Files {
	readonly ca_file?: unknown;
	readonly cert_file?: unknown;
	readonly key_file?: unknown;
}

/** Files hold what they should, and certificate and key belong together. */
export function checkPair(
	{ ca_file, cert_file, key_file }: Files,
	context: z.core.$RefinementCtx,
): void {
	const refuse = (key: keyof Files, message: string) => {
		context.addIssue({ code: 'custom', path: [key], message });
	};
	const noCertificate = 'expected a certificate in PEM';
	if (ca_file instanceof TextFile && !certificateIn(ca_file)) refuse('ca_file', noCertificate);
	const certificate = cert_file instanceof TextFile ? certificateIn(cert_file) : undefined;
	if (cert_file instanceof TextFile && !certificate) refuse('cert_file', noCertificate);
	const key = key_file instanceof Secret ? keyIn(key_file) : undefined;
	if (key_file instanceof Secret && !key) {
		refuse('key_file', 'expected a private key in PEM, not encrypted');
	}
	if (cert_file !== undefined && key_file === undefined) {
		refuse('key_file', 'missing, cert_file needs one');
	} else if (key_file !== undefined && cert_file === undefined) {
		refuse('cert_file', 'missing, key_file needs one');
	} else if (certificate && key && !certificate.checkPrivateKey(key)) {
		refuse('key_file', 'not the key of the certificate in cert_file');
	}
}

/** The first certificate of a file. */
export function certificateIn({ text }: TextFile): X509Certificate | undefined {
	try {
		return new X509Certificate(text);
	} catch {
		return undefined;
	}
}

function keyIn(file: Secret): KeyObject | undefined {
	try {
		return createPrivateKey(file.reveal());
	} catch {
		return undefined;
	}
}
