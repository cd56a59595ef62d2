import {
	type Authenticator,
	credsAuthenticator,
	nkeyAuthenticator,
	tokenAuthenticator,
	usernamePasswordAuthenticator,
} from 'nats';
import { SecretFile } from '../../../options/file.ts';
import type { Secret } from '../../../options/secret.ts';
import { Failure } from '../failure.ts';
import type { NatsOptions } from '../options.ts';

/** Who logs in, and what proves it. */
export type Login = Pick<
	NatsOptions,
	| 'username'
	| 'password'
	| 'password_file'
	| 'token'
	| 'token_file'
	| 'credentials_file'
	| 'nkey_file'
>;

/**
 * What answers a server's greeting; absent: no one logs in. Files are read now, so that what was
 * rotated is taken at the next connect.
 *
 * @throws {@link Failure} when a file cannot be read
 */
export function authenticator(login: Login): Authenticator | undefined {
	const { username, credentials_file, nkey_file } = login;
	const password = login.password ?? login.password_file;
	const token = login.token ?? login.token_file;
	// The library wants a newline after the last line.
	if (credentials_file) return credsAuthenticator(bytes(`${current(credentials_file)}\n`));
	if (nkey_file) return nkeyAuthenticator(bytes(current(nkey_file).trim()));
	if (token) return tokenAuthenticator(current(token));
	if (username === undefined) return undefined;
	return usernamePasswordAuthenticator(username, password && current(password));
}

function current(secret: Secret): string {
	if (!(secret instanceof SecretFile)) return secret.reveal();
	try {
		return secret.current().reveal();
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		const reason = `${secret.path}, with which to log in, cannot be read: ${why}`;
		throw new Failure('credentials_unreadable', reason, { cause: error });
	}
}

function bytes(text: string): Uint8Array {
	return new TextEncoder().encode(text);
}
