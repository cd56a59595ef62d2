import { RE2JS, RE2JSException } from 're2js';
import { z } from 'zod';
import { type Address, addressText, parseServerUrl } from '../../options/address.ts';
import { count } from '../../options/count.ts';
import { period, positiveDuration } from '../../options/duration.ts';
import { checkTwins, secretFile } from '../../options/file.ts';
import { filter } from '../../options/pattern.ts';
import { quoted } from '../../options/quoted.ts';
import { Secret, secret } from '../../options/secret.ts';
import { text } from '../../options/text.ts';
import { thorough } from '../../options/thorough.ts';
import { tls } from '../../options/tls.ts';

/** A Redis server and how to log in. */
export interface RedisUrl {
	readonly host: string;
	readonly port: number;
	readonly database: number;
	/** By the scheme `rediss`. */
	readonly isSecure: boolean;
	/** A password without it belongs to the user `default`. */
	readonly username?: Secret;
	readonly password?: Secret;
}

/**
 * `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS; never shown in a
 * mistake, it may be secret.
 */
const url = z.codec(z.string({ error: refused }), z.custom<RedisUrl>(), {
	decode(input, context) {
		const parsed = parseRedisUrl(input);
		if (typeof parsed !== 'string') return parsed;
		context.issues.push({ code: 'custom', input, message: parsed });
		return z.NEVER;
	},
	encode({ host, port, database, isSecure, username, password }) {
		const scheme = isSecure ? 'rediss' : 'redis';
		const login = username === undefined && password === undefined ? '' : `${password}@`;
		return `${scheme}://${login}${addressText({ host, port })}/${database}`;
	},
});

/** `host[:port]`. */
const address = (defaultPort: number) =>
	z.codec(z.string(), z.custom<Address>(), {
		decode(input, context) {
			const parsed = parseServerUrl(`redis://${input}`, 'redis');
			if (parsed?.path === '' && !input.includes('@')) {
				return { host: parsed.host, port: parsed.port ?? defaultPort };
			}
			// What has an @ may hold a password.
			const got = input.includes('@') ? '' : `, got ${quoted(input)}`;
			const message = `expected host:port such as redis-1:${defaultPort}${got}`;
			context.issues.push({ code: 'custom', input, message });
			return z.NEVER;
		},
		encode: addressText,
	});

/** A regular expression in RE2's syntax, for whole keys, with the groups `stream` and `partition`. */
const partitioned = z.codec(z.string(), z.custom<RE2JS>(), {
	decode(input, context) {
		const refuse = (message: string) => {
			context.issues.push({ code: 'custom', input, message });
			return z.NEVER;
		};
		if (/^\/.*\/$/su.test(input)) {
			return refuse('a regular expression without slashes is expected here; else begin with \\/');
		}
		try {
			const expression = RE2JS.compile(input);
			const names = Object.keys(expression.namedGroups());
			const missing = ['stream', 'partition'].filter((name) => !names.includes(name));
			if (missing.length === 0) return expression;
			return refuse(`${quoted(input)} has no group (?<${missing[0]}>…)`);
		} catch (error) {
			if (!(error instanceof RE2JSException)) throw error;
			const reason = error.message.replace('error parsing regexp: ', '');
			return refuse(`${quoted(input)} is not a regular expression in RE2's syntax: ${reason}`);
		}
	},
	encode: (expression) => expression.pattern(),
});

/** What a Redis target can be told. */
export const options = z
	.strictObject({
		/** One server; or else `sentinel` or `cluster`. */
		url: url.optional(),
		username: text.optional(),
		password: secret.optional(),
		password_file: secretFile.optional(),
		/** Of every connection, those to sentinels too. */
		tls: tls.optional(),
		sentinel: z
			.strictObject({
				/** What the sentinels call the master. */
				name: text,
				hosts: z.array(address(26_379)).min(1, 'expected at least one sentinel'),
				/** To log in to the sentinels themselves. */
				username: text.optional(),
				password: secret.optional(),
				password_file: secretFile.optional(),
			})
			.superRefine((given, context) => {
				const hasPassword = checkTwins(given, 'password', context);
				checkUsername(given.username, hasPassword, context);
			}, thorough)
			.optional(),
		cluster: z
			.strictObject({
				/** Some of its nodes: they know the others. */
				nodes: z.array(address(6379)).min(1, 'expected at least one node'),
			})
			.optional(),
		/** Keys: names without a wildcard are asked directly, patterns are searched for. */
		streams: filter({ include: ['*'], exclude: [] }),
		groups: filter({ include: ['*'], exclude: [] }),
		/** Milliseconds between two searches for keys that match a pattern. */
		discovery_interval: period.prefault('5m'),
		/** Keys that are partitions of one logical stream. */
		partitioned: z.array(partitioned).default([]),
		/** Milliseconds; pending entries that are idle for longer are abandoned. */
		abandoned_after: positiveDuration.prefault('60s'),
		/** Entries read or listed at most per group, to count what the server cannot tell. */
		count_cap: count(1).default(1000),
	})
	.superRefine((given, context) => {
		const { url, username } = given;
		const refuse = (key: string, message: string) =>
			context.addIssue({ code: 'custom', path: [key], message });
		const places = (['url', 'sentinel', 'cluster'] as const).filter(
			(key) => given[key] !== undefined,
		);
		const [first, ...others] = places;
		if (first === undefined) refuse('url', 'missing: give url, or sentinel, or cluster');
		for (const key of others) refuse(key, `${first} is given too: give only one`);
		const hasPassword = checkTwins(given, 'password', context);
		if (url?.password !== undefined) {
			if (username !== undefined) refuse('username', 'url has a user already: give only one');
			const key = given.password === undefined ? 'password_file' : 'password';
			if (hasPassword) refuse(key, 'url has a password already: give only one');
		} else checkUsername(username, hasPassword, context);
		if (given.tls === false && url?.isSecure) refuse('tls', 'rediss:// in url asks for TLS');
	}, thorough);

export type RedisOptions = z.output<typeof options>;

function checkUsername(
	username: unknown,
	hasPassword: boolean,
	context: z.core.$RefinementCtx,
): void {
	if (username === undefined || hasPassword) return;
	context.addIssue({ code: 'custom', path: ['password'], message: 'missing, username needs one' });
}

function refused({ input }: { readonly input?: unknown }): string | undefined {
	return input === undefined ? undefined : expected;
}

const expected = 'expected a URL such as redis://redis:6379/0 or rediss://redis:6379/0';

function parseRedisUrl(input: string): RedisUrl | string {
	const isSecure = input.startsWith('rediss://');
	const server = parseServerUrl(input, isSecure ? 'rediss' : 'redis');
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
		isSecure,
		...(username !== undefined && { username: new Secret(username) }),
		...(password !== undefined && { password: new Secret(password) }),
	};
}
