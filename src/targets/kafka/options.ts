import { z } from 'zod';
import { type Address, addressText, parseServerUrl } from '../../options/address.ts';
import { checkTwins, secretFile } from '../../options/file.ts';
import { filter } from '../../options/pattern.ts';
import { quoted } from '../../options/quoted.ts';
import { secret } from '../../options/secret.ts';
import { text } from '../../options/text.ts';
import { thorough } from '../../options/thorough.ts';

/** `host:port`; there is no default port. */
const broker = z.codec(z.string(), z.custom<Address>(), {
	decode(input, context) {
		const url = parseServerUrl(`kafka://${input}`, 'kafka');
		if (url?.port !== undefined && url.path === '' && !input.includes('@')) {
			return { host: url.host, port: url.port };
		}
		// What has an @ may hold a password.
		const got = input.includes('@') ? '' : `, got ${quoted(input)}`;
		const message = `expected host:port such as kafka-1:9092${got}`;
		context.issues.push({ code: 'custom', input, message });
		return z.NEVER;
	},
	encode: addressText,
});

/** What a Kafka target can be told. */
export const options = z.strictObject({
	/** Where to begin: each `host:port`, an IPv6 address in brackets. */
	brokers: z.array(broker).min(1, 'expected at least one broker'),
	client_id: text.default('stream-lag-exporter'),
	sasl: z
		.strictObject({
			mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
			username: text,
			password: secret.optional(),
			password_file: secretFile.optional(),
		})
		.superRefine((sasl, context) => {
			if (checkTwins(sasl, 'password', context)) return;
			const message = 'missing: give it, or password_file';
			context.addIssue({ code: 'custom', path: ['password'], message });
		}, thorough)
		.optional(),
	/** Topics. */
	streams: filter({ include: ['*'], exclude: ['__*'] }),
	groups: filter({ include: ['*'], exclude: ['console-consumer-*'] }),
	/** Series for each partition, or sums alone. */
	detail: z.enum(['partition', 'stream']).default('partition'),
});

export type KafkaOptions = z.output<typeof options>;
