import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';

/**
 * What this Node trusts, and what this system trusts, as a Java key store (JKS, version 2: the
 * format of sun.security.provider.JavaKeyStore). A Java that was unpacked and not installed has none.
 */
export async function trustStore(): Promise<Buffer> {
	const bundles = ['/etc/ssl/certs/ca-certificates.crt', process.env.NODE_EXTRA_CA_CERTS ?? ''];
	const texts = await Promise.all(bundles.map((path) => readFile(path, 'utf8').catch(() => '')));
	const pems = texts.join('\n').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
	const certificates = [...rootCertificates, ...(pems ?? [])].map(
		(pem) => new X509Certificate(pem),
	);
	const body = Buffer.concat([
		int32(0xfeedfeed),
		int32(2),
		int32(certificates.length),
		...certificates.flatMap(({ raw }, index) => [
			int32(2), // a trusted certificate
			utf(`ca-${index}`),
			Buffer.alloc(8), // the time when it was added
			utf('X.509'),
			int32(raw.length),
			raw,
		]),
	]);
	// The password that Java assumes for its own store; certificates are no secret.
	const password = Buffer.from('changeit', 'utf16le').swap16();
	const digest = createHash('sha1')
		.update(password)
		.update('Mighty Aphrodite')
		.update(body)
		.digest();
	return Buffer.concat([body, digest]);
}

function int32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value);
	return bytes;
}

/** As DataOutput.writeUTF; the texts here are ASCII. */
function utf(text: string): Buffer {
	const bytes = Buffer.alloc(2 + text.length);
	bytes.writeUInt16BE(text.length);
	bytes.write(text, 2);
	return bytes;
}
