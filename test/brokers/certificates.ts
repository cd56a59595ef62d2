import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './command.ts';

/** A certificate and its key: paths of files in PEM. */
export interface Certificate {
	readonly cert: string;
	readonly key: string;
}

/** An authority of one's own with what it has signed. */
export interface Certificates {
	/** Path of the authority's certificate. */
	readonly ca: string;
	/** For 127.0.0.1 and localhost. */
	readonly server: Certificate;
	/** For whoever has to show one. */
	readonly client: Certificate;
	remove(): Promise<void>;
}

/**
 * Makes them with openssl, in a temporary folder.
 *
 * @param authority - its name: Java does not tell apart two that are called the same
 */
export async function makeCertificates(authority = 'test authority'): Promise<Certificates> {
	const folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-certificates-'));
	const path = (name: string) => join(folder, name);
	const openssl = (...args: string[]) => runCommand('openssl', args, { timeoutMs: 30_000 });
	const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

	const days = ['-days', '2'];
	const ca: Certificate = { cert: path('ca.pem'), key: path('ca.key') };
	await openssl(
		...['req', '-x509', ...key, ...days, '-subj', `/CN=${authority}`],
		...['-keyout', ca.key, '-out', ca.cert],
	);
	const sign = async (name: string, subject: string, extension: string): Promise<Certificate> => {
		const signed: Certificate = { cert: path(`${name}.pem`), key: path(`${name}.key`) };
		const request = path(`${name}.csr`);
		await openssl('req', ...key, '-subj', subject, '-keyout', signed.key, '-out', request);
		await writeFile(path(`${name}.ext`), extension);
		await openssl(
			...['x509', '-req', '-in', request, '-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial'],
			...[...days, '-extfile', path(`${name}.ext`), '-out', signed.cert],
		);
		return signed;
	};
	return {
		ca: ca.cert,
		server: await sign('server', '/CN=server', 'subjectAltName=IP:127.0.0.1,DNS:localhost'),
		client: await sign('client', '/CN=exporter', 'extendedKeyUsage=clientAuth'),
		remove: () => rm(folder, { recursive: true, force: true }),
	};
}
