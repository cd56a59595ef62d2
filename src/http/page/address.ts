import type { Consumer } from '../../model.ts';
import type { RawQuery } from '../consumers/query.ts';

/**
 * Addresses within the page are relative to its own folder, so that it can stand behind a proxy
 * under any path.
 */

/** The overview with some parameters changed; undefined takes one away. */
export function overviewAddress(
	raw: RawQuery,
	changes: { readonly [Key in keyof RawQuery]?: RawQuery[Key] | undefined },
): string {
	const parameters = new URLSearchParams();
	for (const [key, value] of Object.entries({ ...raw, ...changes })) {
		for (const one of Array.isArray(value) ? value : [value]) {
			if (one !== undefined && one !== '') parameters.append(key, String(one));
		}
	}
	const query = parameters.toString();
	return query === '' ? './' : `./?${query}`;
}

/** Node refuses requests whose first line and headers are longer than 16 KiB. */
const longestAddress = 14_000;

/** A group's own page; undefined when its names make an address that nobody would take. */
export function groupAddress(consumer: Consumer): string | undefined {
	const { target, stream, consumerGroup } = consumer;
	const parameters = new URLSearchParams({ target, stream, consumer_group: consumerGroup });
	const address = `./group?${parameters}`;
	return address.length > longestAddress ? undefined : address;
}
