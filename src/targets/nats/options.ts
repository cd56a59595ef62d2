import { z } from 'zod';
import { addressText, parseServerUrl } from '../../options/address.ts';
import { checkTwins, secretFile } from '../../options/file.ts';
import { filter } from '../../options/pattern.ts';
import { quoted } from '../../options/quoted.ts';
import { secret } from '../../options/secret.ts';
import { text } from '../../options/text.ts';
import { thorough } from '../../options/thorough.ts';

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
		streams: filter({ include: ['*'], exclude: ['KV_*', 'OBJ_*', '$MQTT_*'] }),
		/** Consumers. */
		groups: filter({ include: ['*'], exclude: [] }),
	})
	.superRefine((given, context) => {
		const refuse = (key: string, message: string) =>
			context.addIssue({ code: 'custom', path: [key], message });
		const hasUsername = given.username !== undefined;
		const hasPassword = checkTwins(given, 'password', context);
		if (checkTwins(given, 'token', context)) {
			const key = given.token === undefined ? 'token_file' : 'token';
			if (hasUsername || hasPassword) refuse(key, 'give either token, or username and password');
		} else if (hasUsername && !hasPassword) {
			refuse('password', 'missing, username needs one');
		} else if (hasPassword && !hasUsername) {
			refuse('username', 'missing, password needs one');
		}
	}, thorough);

export type NatsOptions = z.output<typeof options>;
