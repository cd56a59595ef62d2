import { Failure } from '../failure.ts';

/**
 * The client library's errors, which it tells apart by codes, in our words. What may come with an
 * error are the server's texts and the library's, never a credential.
 */
interface LibraryError {
	readonly code?: string;
	readonly message: string;
	/** What the user may not do. */
	readonly permissionContext?: { readonly operation: string };
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
				`the server refuses the login (${message}); check username and password, or token`,
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

/** Why a request over a connection that still stands got no answer. */
export function requestFailure(error: unknown): Failure {
	const { code, message, permissionContext } = libraryError(error);
	switch (code) {
		case '503':
			return new Failure(
				'jetstream_disabled',
				'nobody answers this subject (no responders); is JetStream enabled on the server, and for this account?',
				{ cause: error },
			);
		case 'PERMISSIONS_VIOLATION': {
			const inbox = permissionContext?.operation === 'subscription';
			return new Failure(
				'not_authorized',
				inbox
					? 'the user may not subscribe to _INBOX.>, where answers arrive; allow it'
					: 'the user may not publish to this subject; allow it',
				{ cause: error },
			);
		}
		case 'TIMEOUT':
			return new Failure('timeout', 'no answer in time', { cause: error });
		default:
			return new Failure('protocol_error', `cannot be asked: ${message}`, { cause: error });
	}
}

function libraryError(error: unknown): LibraryError {
	return error instanceof Error ? error : { message: String(error) };
}
