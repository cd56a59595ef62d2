import slotOf from 'cluster-key-slot';
import type { Problem } from '../../../model.ts';
import { type Address, addressText } from '../../../options/address.ts';
import { UnreadableError } from '../../target.ts';
import { grouped } from '../grouped.ts';
import { errorProblem, malformedProblem, uncoveredProblem } from '../problems.ts';
import { clusterSlots } from '../protocol/commands.ts';
import { MalformedReply } from '../protocol/replies.ts';
import { ErrorReply, type Reply } from '../protocol/reply.ts';
import { ConnectionError, type Endpoint } from './connection.ts';
import { type Dialler, NodeError } from './dialler.ts';
import type { Installation, Masters } from './installation.ts';
import { Node, type Opened } from './node.ts';
import { readSlots, type SlotRange, slotCount } from './slots.ts';

/**
 * The masters of a cluster. Who they are is asked at every poll, of whichever of them answers first:
 * one command, and a failed-over or moved slot is found at once. One that hangs holds up nobody.
 */
export class Cluster implements Installation {
	readonly isCluster = true;
	readonly #seeds: readonly Endpoint[];
	/** How to log in to the others. */
	readonly #login: Omit<Endpoint, keyof Address>;
	readonly #dialler: Dialler;
	#nodes = new Map<string, Node>();

	/** @param seeds - some of its nodes */
	constructor(seeds: readonly Endpoint[], login: Omit<Endpoint, keyof Address>, dialler: Dialler) {
		this.#seeds = seeds;
		this.#login = login;
		this.#dialler = dialler;
	}

	async masters(): Promise<Masters> {
		const openings = new Map<string, Promise<Opened>>();
		const open = (node: Node): Promise<Opened> => {
			const opening = openings.get(node.name) ?? node.open();
			opening.catch(() => {});
			openings.set(node.name, opening);
			return opening;
		};
		const ranges = await this.#slots(Array.from(this.#nodes.values(), open));
		const byMaster = grouped(ranges, ({ master }) => addressText(master));
		const before = this.#nodes;
		this.#nodes = new Map();
		for (const [name, [range]] of byMaster) {
			this.#nodes.set(name, before.get(name) ?? this.#node(range.master));
		}
		for (const [name, node] of before) if (!this.#nodes.has(name)) await node.close();
		const masters = Array.from(this.#nodes, ([name, node]) => {
			const own = byMaster.get(name) ?? [];
			return {
				endpoint: node.endpoint,
				name,
				open: () => open(node),
				owns(key: Buffer) {
					const slot = slotOf(key);
					return own.some(({ first, last }) => slot >= first && slot <= last);
				},
			};
		});
		const covered = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
		const [seed] = this.#seeds;
		const isWhole = covered === slotCount || seed === undefined;
		return { masters, problems: isWhole ? [] : [uncoveredProblem(seed, slotCount - covered)] };
	}

	async at(host: string, port: number): Promise<Opened> {
		const name = addressText({ host, port });
		const node = this.#nodes.get(name) ?? this.#node({ host, port });
		// It is kept: the next answer to CLUSTER SLOTS knows it, or it is closed then.
		this.#nodes.set(name, node);
		return node.open();
	}

	#node(address: Address): Node {
		const endpoint = { ...address, ...this.#login };
		return new Node(endpoint, this.#dialler, { database: 0, master: true });
	}

	/** @throws UnreadableError when nobody says */
	async #slots(known: readonly Promise<Opened>[]): Promise<readonly SlotRange[]> {
		const asked = known.map(async (opening) => {
			const { session } = await opening;
			const [reply = null] = await session.connection.ask([clusterSlots]);
			return readOf(session.endpoint, reply);
		});
		return await Promise.any(asked).catch(() => this.#slotsOfSeeds());
	}

	async #slotsOfSeeds(): Promise<readonly SlotRange[]> {
		const problems: Problem[] = [];
		for (const seed of this.#seeds) {
			try {
				const { connection, replies } = await this.#dialler.dial(seed, [clusterSlots]);
				await this.#dialler.end(connection);
				return readOf(seed, replies[0] ?? null);
			} catch (error) {
				if (error instanceof ConnectionError) problems.push(this.#dialler.explain(seed, error));
				else if (error instanceof NodeError) problems.push(error.problem);
				else throw error;
			}
		}
		throw new UnreadableError(problems);
	}
}

/** @throws NodeError when it is not the answer to CLUSTER SLOTS */
function readOf(endpoint: Endpoint, reply: Reply): readonly SlotRange[] {
	if (reply instanceof ErrorReply) {
		throw new NodeError(errorProblem(endpoint, 'cluster', reply.message));
	}
	try {
		return readSlots(reply, endpoint.host);
	} catch (error) {
		if (!(error instanceof MalformedReply)) throw error;
		throw new NodeError(malformedProblem(endpoint, 'cluster', error.message));
	}
}
