import { z } from 'zod';
import { addressText, parseServerUrl } from '../../options/address.ts';
import { period } from '../../options/duration.ts';
import { checkTwins, secretFile } from '../../options/file.ts';
import { filter } from '../../options/pattern.ts';
import { Secret, secret } from '../../options/secret.ts';
import { text } from '../../options/text.ts';
import { thorough } from '../../options/thorough.ts';

/** A Redis server and how to log in. */
export interface RedisUrl {
	readonly host: string;
	readonly port: number;
	readonly database: number;
	/** A password without it belongs to the user `default`. */
	readonly username?: Secret;
	readonly password?: Secret;
}

/** `redis://[[user]:password@]host[:port][/database]`; never shown in a mistake, it may be secret. */
const url = z.codec(z.string({ error: refused }), z.custom<RedisUrl>(), {
	decode(input, context) {
		const parsed = parseRedisUrl(input);
		if (typeof parsed !== 'string') return parsed;
		context.issues.push({ code: 'custom', input, message: parsed });
		return z.NEVER;
	},
	encode({ host, port, database, username, password }) {
		const login = username === undefined && password === undefined ? '' : `${password}@`;
		return `redis://${login}${addressText({ host, port })}/${database}`;
	},
});

/** What a Redis target can be told. */
export const options = z
	.strictObject({
		url,
		username: text.optional(),
		password: secret.optional(),
		password_file: secretFile.optional(),
		/** Keys: names without a wildcard are asked directly, patterns are searched for. */
		streams: filter({ include: ['*'], exclude: [] }),
		groups: filter({ include: ['*'], exclude: [] }),
		/** Milliseconds between two searches for keys that match a pattern. */
		discovery_interval: period.prefault('5m'),
	})
	.superRefine((given, context) => {
		const { url, username } = given;
		const refuse = (key: string, message: string) =>
			context.addIssue({ code: 'custom', path: [key], message });
		const hasPassword = checkTwins(given, 'password', context);
		if (url?.password !== undefined) {
			if (username !== undefined) refuse('username', 'url has a user already: give only one');
			const key = given.password === undefined ? 'password_file' : 'password';
			if (hasPassword) refuse(key, 'url has a password already: give only one');
		} else if (username !== undefined && !hasPassword) {
			refuse('password', 'missing, username needs one');
		}
	}, thorough);

export type RedisOptions = z.output<typeof options>;

function refused({ input }: { readonly input?: unknown }): string | undefined {
	return input === undefined ? undefined : expected;
}

const expected = 'expected a URL such as redis://redis:6379/0';

function parseRedisUrl(input: string): RedisUrl | string {
	if (input.startsWith('rediss://')) return `${expected}; rediss:// (TLS) is not supported`;
	const server = parseServerUrl(input, 'redis');
	const database = /^(?:\/(\d{1,9})?)?$/.exec(server?.path ?? '');
	if (server === undefined || database === null) {
		return input.includes('@')
			? `${expected}, with user and password percent-encoded as in redis://user:p%40ss@redis:6379/0`
			: expected;
	}
	const { host, port = 6379, username, password } = server;
	if (username !== undefined && password === undefined) {
		return 'has a user without a password: redis://user:password@host, redis://:password@host';
	}
	return {
		host,
		port,
		database: Number(database[1] ?? 0),
		...(username !== undefined && { username: new Secret(username) }),
		...(password !== undefined && { password: new Secret(password) }),
	};
}
