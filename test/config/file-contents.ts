import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const fixtures = join(import.meta.dirname, '..', 'options', 'fixtures');
const certificate = readFileSync(join(fixtures, 'certificate.pem'), 'utf8');

/** Of no user that there is. */
const seed = `SU${'A'.repeat(56)}`;

const contents: Readonly<Record<string, string>> = {
	ca_file: certificate,
	cert_file: certificate,
	key_file: readFileSync(join(fixtures, 'key.pem'), 'utf8'),
	nkey_file: seed,
	credentials_file: `-----BEGIN NATS USER JWT-----
eyJ0eXAiOiJKV1QifQ.e30.e30
------END NATS USER JWT------
-----BEGIN USER NKEY SEED-----
${seed}
------END USER NKEY SEED------
`,
};

/** What a file may hold that an option names, by the option's key. */
export function fileContent(key: string): string {
	return contents[key] ?? 'secret';
}
