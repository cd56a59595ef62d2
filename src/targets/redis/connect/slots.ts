import type { Address } from '../../../options/address.ts';
import { array, count, MalformedReply } from '../protocol/replies.ts';
import type { Reply } from '../protocol/reply.ts';

/** How many slots a cluster has. */
export const slotCount = 16_384;

/** Slots from `first` to `last`, and who holds their keys. */
export interface SlotRange {
	readonly first: number;
	readonly last: number;
	readonly master: Address;
}

/**
 * Reads the answer to CLUSTER SLOTS.
 *
 * @param askedHost - of the node that answered: one that does not know how it is called says nothing
 * @throws {@link MalformedReply}
 */
export function readSlots(reply: Reply, askedHost: string): readonly SlotRange[] {
	return array(reply, 'a list of slots').map((range) => {
		const [first, last, master] = array(range, 'a range of slots');
		const [host, port] = array(master, 'a node');
		const name = Buffer.isBuffer(host) ? host.toString() : '';
		const address = {
			host: name === '' || name === '?' ? askedHost : name,
			port: count(port, 'port'),
		};
		const slots = { first: count(first, 'slots'), last: count(last, 'slots') };
		if (slots.last < slots.first) throw new MalformedReply('a range of slots that is none');
		return { ...slots, master: address };
	});
}
