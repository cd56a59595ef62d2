import { addressText } from '../../../options/address.ts';
import { errorProblem } from '../problems.ts';
import type { Endpoint } from './connection.ts';
import { type Dialler, NodeError } from './dialler.ts';
import type { Installation, Masters } from './installation.ts';
import { Node } from './node.ts';

/** One server, whatever it is: whoever names it knows. */
export class SingleServer implements Installation {
	readonly isCluster = false;
	readonly #node: Node;

	constructor(endpoint: Endpoint, dialler: Dialler, database: number) {
		this.#node = new Node(endpoint, dialler, { database, master: false });
	}

	async masters(): Promise<Masters> {
		const { endpoint, name } = this.#node;
		const master = { endpoint, name, open: () => this.#node.open(), owns: () => true };
		return { masters: [master], problems: [] };
	}

	/** It is a node of a cluster, and this target was told of a single server. */
	async at(host: string, port: number): Promise<never> {
		const sentAway = `MOVED to ${addressText({ host, port })}`;
		throw new NodeError(errorProblem(this.#node.endpoint, 'xinfo_groups', sentAway));
	}
}
