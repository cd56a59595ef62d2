import { Failure } from '../failure.ts';

/**
 * The client library's errors, which it tells apart by codes, in our words. What may come with an
 * error are the server's texts and the library's, never a credential.
 */
interface LibraryError {
	readonly code?: string;
	readonly message: string;
}

/** Why a login failed, after the server had greeted. */
export function connectFailure(error: unknown): Failure {
	const { code, message } = libraryError(error);
	switch (code) {
		case 'AUTHORIZATION_VIOLATION':
		case 'AUTHENTICATION_EXPIRED':
		case 'ACCOUNT_EXPIRED':
		case 'BAD_AUTHENTICATION':
			return new Failure(
				'auth_failed',
				`the server refuses the login (${message}); check username and password, token, credentials_file or nkey_file`,
				{ cause: error },
			);
		case 'BAD_CREDS':
			return new Failure(
				'credentials_unreadable',
				'credentials_file does not hold a JWT and a seed; is it whole?',
				{ cause: error },
			);
		case 'TIMEOUT':
		case 'AUTHENTICATION_TIMEOUT':
			return new Failure('timeout', 'no answer to the login', { cause: error });
		case 'CONNECTION_REFUSED':
			return new Failure('connection_lost', 'the server hung up at the login', { cause: error });
		default:
			return new Failure('unreachable', `cannot connect: ${message}`, { cause: error });
	}
}

/** Nobody listens to what was asked. */
export function noResponders(): Failure {
	return new Failure(
		'jetstream_disabled',
		'nobody answers this subject (no responders); is JetStream enabled on the server, and for this account?',
		{ noResponders: true },
	);
}

/** The user may not ask this; the server checks the subject to which it maps what was asked. */
export function publishRefused(asked: string, checked: string): Failure {
	const subject = asked === checked ? 'this subject' : `${checked}, which is what this becomes`;
	return new Failure('not_authorized', `the user may not publish to ${subject}; allow it`, {
		refused: { verb: 'publish', subject: checked },
	});
}

/** The user may not hear this. */
export function subscribeRefused(cause: unknown, subject: string): Failure {
	return new Failure('not_authorized', 'the user may not subscribe to this subject; allow it', {
		cause,
		refused: { verb: 'subscribe', subject },
	});
}

/** The user may not hear answers. */
export function inboxRefused(cause: unknown, prefix: string): Failure {
	return new Failure(
		'not_authorized',
		`the user may not subscribe to ${prefix}.>, where answers arrive; allow it, or set inbox_prefix`,
		{ cause, refused: { verb: 'subscribe', subject: `${prefix}.>` } },
	);
}

function libraryError(error: unknown): LibraryError {
	return error instanceof Error ? error : { message: String(error) };
}
