import type { Mechanism } from 'kafkajs';
import type { Sasl } from '../sasl-options.ts';
import { TokenEndpoint } from './token-endpoint.ts';

/** How kafkajs is to log in. */
export type Login =
	| Mechanism
	| { readonly mechanism: string; readonly username: string; readonly password: string };

/**
 * Makes a login of what the configuration says.
 *
 * @param timeoutMs - how long a token may take
 */
export function loginOf(given: Sasl, timeoutMs: number): Login {
	if (given.mechanism === 'oauthbearer') {
		return bearer(
			new TokenEndpoint({
				url: present(given.token_url),
				clientId: present(given.client_id),
				clientSecret: present(given.client_secret ?? given.client_secret_file),
				...(given.scope !== undefined && { scope: given.scope }),
				timeoutMs,
			}),
		);
	}
	const password = present(given.password ?? given.password_file).reveal();
	return { mechanism: given.mechanism, username: present(given.username), password };
}

function present<T>(value: T | undefined): T {
	if (value === undefined) throw new Error('the schema let pass an incomplete login');
	return value;
}

/** The broker refused a token. */
export class TokenRefusedError extends Error {
	override readonly name = 'TokenRefusedError';
}

/**
 * OAUTHBEARER (RFC 7628). kafkajs' own leaves the broker's answer unread, which is where a refusal is:
 * it would take a refused token for accepted, and fail at the next request.
 */
function bearer(endpoint: TokenEndpoint): Mechanism {
	return {
		mechanism: 'oauthbearer',
		authenticationProvider: ({ saslAuthenticate }) => ({
			async authenticate() {
				const token = await endpoint.token();
				const message = Buffer.from(`n,,\u0001auth=Bearer ${token}\u0001\u0001`);
				const answer = await saslAuthenticate<string>({
					request: { encode: () => Buffer.concat([int32(message.length), message]) },
					// Behind its length.
					response: { decode: (bytes) => bytes.subarray(4), parse: (bytes) => bytes.toString() },
				});
				if (!answer) return;
				endpoint.forget();
				throw new TokenRefusedError(`the broker refuses the token: ${answer.slice(0, 200)}`);
			},
		}),
	};
}

function int32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeInt32BE(value);
	return bytes;
}
