import type { Problem } from '../../../model.ts';
import { type Address, addressText } from '../../../options/address.ts';
import { UnreadableError } from '../../target.ts';
import { errorProblem, malformedProblem, unknownMasterProblem } from '../problems.ts';
import * as commands from '../protocol/commands.ts';
import { ErrorReply, type Reply } from '../protocol/reply.ts';
import type { Endpoint } from './connection.ts';
import { type Dialler, NodeError } from './dialler.ts';
import type { Installation, Masters } from './installation.ts';
import { Node } from './node.ts';

/**
 * The master that sentinels know by a name. They are asked when there is no connection to a master:
 * at the first poll, after one was lost, and when the server on the other end has become a replica.
 */
export class SentinelMaster implements Installation {
	readonly isCluster = false;
	readonly #name: string;
	readonly #sentinels: readonly Endpoint[];
	/** How to log in to the master, wherever it is. */
	readonly #login: Omit<Endpoint, keyof Address>;
	readonly #dialler: Dialler;
	#node: Node | undefined;

	constructor(
		name: string,
		sentinels: readonly Endpoint[],
		login: Omit<Endpoint, keyof Address>,
		dialler: Dialler,
	) {
		this.#name = name;
		this.#sentinels = sentinels;
		this.#login = login;
		this.#dialler = dialler;
	}

	async masters(): Promise<Masters> {
		const opened = await this.#node?.reopen().catch((error: unknown) => {
			if (error instanceof NodeError) throw new UnreadableError([error.problem]);
			throw error;
		});
		const node = opened && this.#node ? this.#node : await this.#find();
		const { endpoint, name } = node;
		const open = async () => opened ?? (await node.open());
		return { masters: [{ endpoint, name, open, owns: () => true }], problems: [] };
	}

	at(host: string, port: number) {
		return this.#nodeAt({ host, port }).open();
	}

	/** @throws UnreadableError when no sentinel says */
	async #find(): Promise<Node> {
		const problems: Problem[] = [];
		for (const sentinel of this.#sentinels) {
			try {
				const { connection, replies } = await this.#dialler.dial(sentinel, [
					commands.sentinelMaster(this.#name),
				]);
				await this.#dialler.end(connection);
				const answer = this.#read(sentinel, replies[0] ?? null);
				if ('host' in answer) {
					this.#node = this.#nodeAt(answer);
					return this.#node;
				}
				problems.push(answer);
			} catch (error) {
				if (!(error instanceof NodeError)) throw error;
				problems.push(error.problem);
			}
		}
		throw new UnreadableError(problems);
	}

	#nodeAt(address: Address): Node {
		if (this.#node?.name === addressText(address)) return this.#node;
		return new Node({ ...address, ...this.#login }, this.#dialler, { database: 0, master: true });
	}

	#read(sentinel: Endpoint, reply: Reply): Address | Problem {
		if (reply === null) return unknownMasterProblem(sentinel, this.#name);
		if (reply instanceof ErrorReply) return errorProblem(sentinel, 'sentinel', reply.message);
		const [host, port] = Array.isArray(reply) ? reply : [];
		const address = { host: String(host), port: Number(String(port)) };
		if (Buffer.isBuffer(host) && Number.isInteger(address.port)) return address;
		return malformedProblem(sentinel, 'sentinel', 'no address');
	}
}
