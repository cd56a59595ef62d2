import { z } from 'zod';
import type { Secret } from '../../../options/secret.ts';

/** Where tokens are had, and as whom. */
export interface TokenEndpointSettings {
	readonly url: string;
	readonly clientId: string;
	readonly clientSecret: Secret;
	readonly scope?: string;
	readonly timeoutMs: number;
}

/** No token could be had; the message holds neither secret nor token. */
export class TokenError extends Error {
	override readonly name = 'TokenError';
}

/** A token is not used any more when less of its life is left, or less than half of it. */
const leastLeftMs = 30_000;

const granted = z.object({
	access_token: z.string().min(1),
	/** Seconds. */
	expires_in: z.coerce.number().positive().optional(),
});

const refused = z.object({ error: z.string().max(100) });

/** Tokens by OAuth's client credentials (RFC 6749, section 4.4), kept until shortly before their end. */
export class TokenEndpoint {
	readonly #settings: TokenEndpointSettings;
	#kept: { readonly token: string; readonly untilMs: number } | undefined;
	#asked: Promise<string> | undefined;

	constructor(settings: TokenEndpointSettings) {
		this.#settings = settings;
	}

	/**
	 * A token that is valid now; those who ask at the same time get the same one.
	 *
	 * @throws {@link TokenError}
	 */
	async token(): Promise<string> {
		if (this.#kept && performance.now() < this.#kept.untilMs) return this.#kept.token;
		this.#asked ??= this.#ask().finally(() => {
			this.#asked = undefined;
		});
		return await this.#asked;
	}

	/** Forgets the token that is kept: the next is asked for anew. */
	forget(): void {
		this.#kept = undefined;
	}

	async #ask(): Promise<string> {
		const { url, timeoutMs } = this.#settings;
		const askedAtMs = performance.now();
		const { status, text } = await this.#post().catch((error: unknown) => {
			const why = causeOf(error);
			throw new TokenError(`no answer from ${url} within ${timeoutMs} ms or at all: ${why}`);
		});
		const json = parseJson(text);
		const answer = granted.safeParse(json);
		if (status !== 200 || !answer.success) {
			const told = refused.safeParse(json);
			const why = told.success ? ` (${told.data.error})` : '';
			throw new TokenError(`${url} answers ${status}${why} and no token`);
		}
		const { access_token: token, expires_in: seconds } = answer.data;
		// A token that does not tell its end is used once.
		if (seconds !== undefined) {
			const lifeMs = seconds * 1000;
			const untilMs = askedAtMs + lifeMs - Math.min(leastLeftMs, lifeMs / 2);
			this.#kept = { token, untilMs };
		}
		return token;
	}

	async #post(): Promise<{ readonly status: number; readonly text: string }> {
		const { url, clientId, clientSecret, scope, timeoutMs } = this.#settings;
		const credentials = [clientId, clientSecret.reveal()].map(encodeURIComponent).join(':');
		const response = await fetch(url, {
			method: 'POST',
			headers: {
				authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
				'content-type': 'application/x-www-form-urlencoded',
				accept: 'application/json',
			},
			body: new URLSearchParams({
				grant_type: 'client_credentials',
				...(scope !== undefined && { scope }),
			}),
			// The secret is meant for this address alone.
			redirect: 'error',
			signal: AbortSignal.timeout(timeoutMs),
		});
		return { status: response.status, text: await response.text() };
	}
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** fetch itself says only that it failed. */
function causeOf(error: unknown): string {
	const { cause, message } = error as Error;
	return cause instanceof Error ? cause.message : message;
}
