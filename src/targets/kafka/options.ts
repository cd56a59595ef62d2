import { z } from 'zod';
import { type Address, addressText, parseServerUrl } from '../../options/address.ts';
import { filter } from '../../options/pattern.ts';
import { quoted } from '../../options/quoted.ts';
import { text } from '../../options/text.ts';
import { tls } from '../../options/tls.ts';
import { sasl } from './sasl-options.ts';

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
	tls: tls.optional(),
	sasl: sasl.optional(),
	/** Topics. */
	streams: filter({ include: ['*'], exclude: ['__*'] }),
	groups: filter({ include: ['*'], exclude: ['console-consumer-*'] }),
	/** Series for each partition, or sums alone. */
	detail: z.enum(['partition', 'stream']).default('partition'),
	/** Where lag counts to: the high watermark, or the last offset before an open transaction. */
	isolation: z.enum(['read_uncommitted', 'read_committed']).default('read_uncommitted'),
	/** Whether the age of lag is told, by the history of the ends of partitions. */
	time_lag: z.enum(['none', 'estimated']).default('estimated'),
});

export type KafkaOptions = z.output<typeof options>;
