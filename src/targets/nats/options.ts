import { z } from 'zod';
import { addressText, parseServerUrl } from '../../options/address.ts';
import { checkTwins, secretFile } from '../../options/file.ts';
import { filter } from '../../options/pattern.ts';
import { quoted } from '../../options/quoted.ts';
import { Secret, secret } from '../../options/secret.ts';
import { text } from '../../options/text.ts';
import { thorough } from '../../options/thorough.ts';
import { tls } from '../../options/tls.ts';

const defaultPort = 4222;

/** `nats://host[:port]` or `host[:port]` in the file, `host:port` in the program. */
const server = z.codec(z.string(), z.string(), {
	decode(input, context) {
		const refuse = (message: string) => {
			context.issues.push({ code: 'custom', input, message });
			return z.NEVER;
		};
		if (input.includes('@')) {
			return refuse('a user does not belong here: set username and password, or token');
		}
		const parsed = parseServerUrl(input.includes('://') ? input : `nats://${input}`, 'nats');
		if (parsed === undefined || !['', '/'].includes(parsed.path)) {
			return refuse(`expected nats://host:port such as nats://n1:4222, got ${quoted(input)}`);
		}
		return addressText({ host: parsed.host, port: parsed.port ?? defaultPort });
	},
	encode: (address) => `nats://${address}`,
});

/** One or more tokens of a subject, without wildcards. */
const subject = z
	.string()
	.regex(/^[^\s.*>]+(\.[^\s.*>]+)*$/, 'expected a subject without wildcards, such as _INBOX');

/** A JetStream domain is one token of a subject. */
const domain = z.string().regex(/^[^\s.*>]+$/, 'expected the name of a JetStream domain');

/** What a NATS target can be told. */
export const options = z
	.strictObject({
		/** Servers of one cluster, each `host:port`, an IPv6 address in brackets. */
		servers: z.array(server).min(1, 'expected at least one server'),
		username: text.optional(),
		password: secret.optional(),
		password_file: secretFile.optional(),
		/** Instead of username and password. */
		token: secret.optional(),
		token_file: secretFile.optional(),
		/** A user's JWT and seed, as `nsc` writes them. Instead of the others. */
		credentials_file: secretFile.optional(),
		/** A user's seed alone. Instead of the others. */
		nkey_file: secretFile.optional(),
		/** A server that requires TLS gets it without this too. */
		tls: tls.optional(),
		/** The server begins with the TLS handshake, and greets after it (`handshake_first` there). */
		tls_first: z.boolean().default(false),
		/** The JetStream domain, where it is not the one of the servers themselves. */
		domain: domain.optional(),
		/** Answers arrive below it. */
		inbox_prefix: subject.default('_INBOX'),
		streams: filter({ include: ['*'], exclude: ['KV_*', 'OBJ_*', '$MQTT_*'] }),
		/** Consumers. */
		groups: filter({ include: ['*'], exclude: [] }),
		/** Consumers without a durable name: one group a stream, or none. */
		ephemeral: z.enum(['rollup', 'ignore']).default('rollup'),
		/** Ages of the oldest messages, for which single messages are read. */
		time_lag: z.enum(['none', 'exact']).default('exact'),
	})
	.superRefine((given, context) => {
		checkLogin(given, context);
		if (given.tls_first === true && (given.tls === undefined || given.tls === false)) {
			context.addIssue({ code: 'custom', path: ['tls'], message: 'missing, tls_first needs it' });
		}
	}, thorough);

export type NatsOptions = z.output<typeof options>;

/** At most one way to log in, and that one whole. */
function checkLogin(
	given: Readonly<Record<string, unknown>>,
	context: z.core.$RefinementCtx,
): void {
	const refuse = (key: string, message: string) =>
		context.addIssue({ code: 'custom', path: [key], message });
	const hasPassword = checkTwins(given, 'password', context);
	const hasUser = given.username !== undefined || hasPassword;
	const hasToken = checkTwins(given, 'token', context);
	const ways = [
		...(hasUser ? ['username'] : []),
		...(hasToken ? [given.token === undefined ? 'token_file' : 'token'] : []),
		...['credentials_file', 'nkey_file'].filter((key) => given[key] !== undefined),
	];
	const [, ...others] = ways;
	for (const key of others) {
		refuse(key, 'give only one of username and password, token, credentials_file, nkey_file');
	}
	if (ways[0] === 'username' && others.length === 0) {
		if (!hasPassword) refuse('password', 'missing, username needs one');
		else if (given.username === undefined) refuse('username', 'missing, password needs one');
	}
	checkContent(given.credentials_file, credentials, () =>
		refuse('credentials_file', "expected a user's JWT and seed in the file, as nsc writes them"),
	);
	checkContent(given.nkey_file, userSeed, () =>
		refuse('nkey_file', "expected a user's seed in the file, which begins with SU"),
	);
}

const credentials = /-----BEGIN NATS USER JWT-----.+-----BEGIN USER NKEY SEED-----/s;
const userSeed = /^\s*SU[A-Z2-7]{56}\s*$/;

function checkContent(file: unknown, expected: RegExp, refuse: () => void): void {
	if (file instanceof Secret && !expected.test(file.reveal())) refuse();
}
