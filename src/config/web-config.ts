import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { secretFile, TextFile, textFile } from '../options/file.ts';
import { Secret } from '../options/secret.ts';
import { thorough } from '../options/thorough.ts';
import { certificateIn, checkPair } from '../options/tls.ts';
import { checkAgainst } from './findings.ts';
import type { Mistake } from './mistake.ts';
import { readConfigFile, readReferenced, UnreadableFileError } from './read-file.ts';
import { loadYaml } from './yaml-config.ts';

/** Which certificates clients show, in the words of Go's `tls.ClientAuthType`. */
const clientAuthTypes = [
	'NoClientCert',
	'RequestClientCert',
	'RequireAnyClientCert',
	'VerifyClientCertIfGiven',
	'RequireAndVerifyClientCert',
] as const;

const versions = { TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;

/** Who may come in over HTTP, and how: the part of Prometheus' exporter-toolkit that is supported. */
const schema = z.strictObject({
	tls_server_config: z
		.strictObject({
			cert_file: textFile,
			key_file: secretFile,
			client_auth_type: z.enum(clientAuthTypes).default('NoClientCert'),
			client_ca_file: textFile.optional(),
			min_version: z.enum(['TLS12', 'TLS13']).default('TLS12'),
		})
		.superRefine(checkPair, thorough)
		.superRefine(checkClientAuth, thorough)
		.optional(),
	/** Bcrypt hashes by name. */
	basic_auth_users: z
		.unknown()
		.superRefine(checkNames)
		.pipe(z.record(z.string(), bcryptHash()))
		.prefault({}),
});

/** What was read of the file, and of the files that it names. */
export interface WebConfig {
	/** Absent: without TLS. */
	readonly tls?: WebTls;
	/** Bcrypt hashes by name; empty: nobody is asked for a password. */
	readonly users: ReadonlyMap<string, Secret>;
}

export interface WebTls {
	/** PEM. */
	readonly cert: string;
	/** PEM. */
	readonly key: Secret;
	/** PEM. Absent: nobody's certificates are trusted. */
	readonly clientCa?: string;
	readonly clientAuth: (typeof clientAuthTypes)[number];
	readonly minVersion: (typeof versions)[keyof typeof versions];
}

/** The web configuration, or every mistake in it. */
export type LoadedWebConfig = (
	| { readonly ok: true; readonly webConfig: WebConfig }
	| { readonly ok: false; readonly mistakes: readonly Mistake[] }
) & {
	/** Absolute paths of all files that it is made of, whether or not they are there. */
	readonly files: readonly string[];
};

/** @param path - as it was named; relative to `cwd`, and what it names is relative to it */
export function loadWebConfig(path: string, cwd: string): LoadedWebConfig {
	const file = resolve(cwd, path);
	const files = [file];
	let text: string;
	try {
		text = readConfigFile(file);
	} catch (error) {
		if (!(error instanceof UnreadableFileError)) throw error;
		return { ok: false, files, mistakes: [{ file: path, message: error.message }] };
	}
	const folder = dirname(file);
	const read = (name: string) => {
		files.push(resolve(folder, name));
		return readReferenced(name, folder);
	};
	const loaded = loadYaml(text, path, {}, read, {
		expected: 'tls_server_config or basic_auth_users',
		validate: (value) => checkAgainst(schema, value),
	});
	if (!loaded.ok) return { ...loaded, files };
	const { tls_server_config: tls, basic_auth_users } = loaded.data;
	return {
		ok: true,
		files,
		webConfig: {
			...(tls && {
				tls: {
					cert: tls.cert_file.text,
					key: tls.key_file,
					...(tls.client_ca_file && { clientCa: tls.client_ca_file.text }),
					clientAuth: tls.client_auth_type,
					minVersion: versions[tls.min_version],
				},
			}),
			users: new Map(Object.entries(basic_auth_users)),
		},
	};
}

/** A record has no such key, whatever is written: the user would be left out without a word. */
function checkNames(users: unknown, context: z.core.$RefinementCtx): void {
	if (typeof users !== 'object' || users === null || !Object.hasOwn(users, '__proto__')) return;
	const message = 'no name that a user can have here';
	context.addIssue({ code: 'custom', path: ['__proto__'], message });
}

/** `$2y$10$` and 53 characters: the cost has two digits. */
function bcryptHash() {
	const message = "expected a bcrypt hash, as `htpasswd -nBC 10 ''` prints";
	return z
		.string({ error: message })
		.regex(/^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/, { error: message })
		.transform((hash) => new Secret(hash));
}

interface ClientAuth {
	readonly client_auth_type?: unknown;
	readonly client_ca_file?: unknown;
}

/** Without an authority nothing can be verified, and without asking there is nothing to verify. */
function checkClientAuth(
	{ client_auth_type: type, client_ca_file: authority }: ClientAuth,
	context: z.core.$RefinementCtx,
): void {
	const verifies = typeof type === 'string' && type.includes('Verify');
	const refuse = (message: string) => {
		context.addIssue({ code: 'custom', path: ['client_ca_file'], message });
	};
	if (verifies && authority === undefined) refuse(`missing, ${type} needs it`);
	if (type === 'NoClientCert' && authority !== undefined) {
		refuse('no client is asked for a certificate: set client_auth_type');
	}
	if (authority instanceof TextFile && !certificateIn(authority)) {
		refuse('expected a certificate in PEM');
	}
}
