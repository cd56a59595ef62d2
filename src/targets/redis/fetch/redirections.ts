import { parseServerUrl } from '../../../options/address.ts';
import { NodeError } from '../connect/dialler.ts';
import type { Installation } from '../connect/installation.ts';
import type { Opened } from '../connect/node.ts';
import { grouped } from '../grouped.ts';
import { ErrorReply } from '../protocol/reply.ts';
import type { Besides, KeyRead } from '../read/key.ts';
import type { NodeAnswers } from '../read/read.ts';
import type { Key } from './discovery.ts';
import { type Errand, fetchNode } from './fetch-node.ts';

/** A key that just moves is sent from its old node to the new one, back, and there again to ask. */
const mostHops = 3;

/** Where a node of a cluster sends us for a key. */
export interface Redirection {
	readonly host: string;
	readonly port: number;
	/** Only this once, and ASKING. */
	readonly isAsk: boolean;
}

/** Asks for keys where their nodes say that they are; those that nobody has stay as they are. */
export async function followRedirections(
	nodes: readonly NodeAnswers[],
	installation: Installation,
	errandTo: (opened: Opened) => Errand,
): Promise<readonly NodeAnswers[]> {
	let settled = nodes;
	for (let hop = 0; hop < mostHops; hop++) {
		const moved = settled.flatMap(({ endpoint, keys }) =>
			keys.flatMap((one) => {
				const to = redirectionOf(one.besides, endpoint.host);
				return to ? [{ key: one.key, to }] : [];
			}),
		);
		if (moved.length === 0) break;
		const byPlace = grouped(moved, ({ to }) => JSON.stringify([to.host, to.port, to.isAsk]));
		const answers = await Promise.all(
			Array.from(byPlace.values(), (some) => fetchMoved(some, installation, errandTo)),
		);
		const found = answers.flat();
		const asked = new Set(found.flatMap(({ keys }) => keys.map(({ key }) => key)));
		settled = [...settled.map((node) => without(node, (key) => asked.has(key))), ...found];
	}
	return withoutDoubles(settled);
}

async function fetchMoved(
	moved: readonly { readonly key: Key; readonly to: Redirection }[],
	installation: Installation,
	errandTo: (opened: Opened) => Errand,
): Promise<readonly NodeAnswers[]> {
	const [first] = moved;
	if (first === undefined) return [];
	const { host, port, isAsk } = first.to;
	try {
		const opened = await installation.at(host, port);
		const keys = moved.map(({ key }) => key);
		const { answers } = await fetchNode(opened, errandTo(opened), {
			keys,
			isCluster: true,
			isAsking: isAsk,
		});
		return [answers];
	} catch (error) {
		if (!(error instanceof NodeError)) throw error;
		// The redirection stays the reason, and why it led nowhere is told when that node is asked.
		return [];
	}
}

/** Where the server sends us for a key; absent: it did not. */
export function redirectionOf(
	{ failures }: Pick<Besides, 'failures'>,
	askedHost: string,
): Redirection | undefined {
	for (const { error } of failures) {
		if (!(error instanceof ErrorReply)) continue;
		const [, kind, address] = /^(MOVED|ASK) \d+ (\S+)$/.exec(error.message) ?? [];
		// A node that does not know how another one is called leaves out the host.
		const url = address?.startsWith(':') ? `${bracketed(askedHost)}${address}` : address;
		const { host, port } = parseServerUrl(`redis://${bracketedAddress(url ?? '')}`, 'redis') ?? {};
		if (host !== undefined && port !== undefined) return { host, port, isAsk: kind === 'ASK' };
	}
	return undefined;
}

/** `2001:db8::1:6379` is how servers write an IPv6 address with a port. */
function bracketedAddress(address: string): string {
	const [, host = '', port] = /^(.*):(\d+)$/.exec(address) ?? [];
	return port === undefined ? address : `${bracketed(host)}:${port}`;
}

function bracketed(host: string): string {
	return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** A key that moved was found on both nodes. */
function withoutDoubles(nodes: readonly NodeAnswers[]): readonly NodeAnswers[] {
	const best = new Map<string, KeyRead>();
	const all = nodes.flatMap(({ keys }) => keys);
	for (const one of all) {
		if (best.get(one.key.name)?.stream === undefined) best.set(one.key.name, one);
	}
	const isBest = new Set(best.values());
	return nodes.map((node) => ({ ...node, keys: node.keys.filter((one) => isBest.has(one)) }));
}

function without(node: NodeAnswers, isMoved: (key: Key) => boolean): NodeAnswers {
	return { ...node, keys: node.keys.filter(({ key }) => !isMoved(key)) };
}
