import { addressText } from '../../../options/address.ts';
import { codeOfError } from '../codes.ts';
import { errorProblem, replicaProblem } from '../problems.ts';
import * as commands from '../protocol/commands.ts';
import { ErrorReply, type Reply } from '../protocol/reply.ts';
import { type Connection, ConnectionError, type Endpoint } from './connection.ts';
import { type Dialler, NodeError } from './dialler.ts';
import { infoField, readServer, type Server } from './version.ts';

/** A connection that is logged in, and whom it leads to. */
export interface Session {
	readonly endpoint: Endpoint;
	readonly connection: Connection;
	readonly server: Server;
	/**
	 * Another one for each connection of this process, and at each poll of a replica: there counters
	 * stand still while groups read on their master, and go on from there after a promotion
	 * (redis#12898).
	 */
	id: number;
	isReplica: boolean;
	/** Whether the server runs read-only scripts for us. Absent: not tried yet. */
	runsScripts?: boolean;
}

/** A session at the beginning of a poll. */
export interface Opened {
	readonly session: Session;
	/** What the server just answered to TIME. */
	readonly time: Reply;
}

/** What kind of server a node must be. */
export interface Demand {
	readonly database: number;
	/** Where there are replicas: whether it must be a master. Only a master knows what groups read. */
	readonly master: boolean;
}

let lastId = 0;

function nextId(): number {
	lastId += 1;
	return lastId;
}

/** Begins every poll. */
const greeting = [commands.time, commands.infoReplication] as const;

/** Whether a server says that it is a replica, by the answers to {@link greeting}. */
function isReplicaBy([, replication]: readonly Reply[]): boolean {
	return Buffer.isBuffer(replication) && infoField(replication.toString(), 'role') === 'slave';
}

/** One server, with at most one connection to it, which is kept between polls. */
export class Node {
	readonly endpoint: Endpoint;
	readonly #dialler: Dialler;
	readonly #demand: Demand;
	#session: Session | undefined;

	constructor(endpoint: Endpoint, dialler: Dialler, demand: Demand) {
		this.endpoint = endpoint;
		this.#dialler = dialler;
		this.#demand = demand;
	}

	get name(): string {
		return addressText(this.endpoint);
	}

	/**
	 * The session of the poll before where that still stands, else a new one.
	 *
	 * @throws {@link NodeError}
	 */
	async open(): Promise<Opened> {
		return (await this.reopen()) ?? (await this.#logIn());
	}

	/**
	 * The session of the poll before. Absent: there is none any more; it may have been closed without
	 * our hearing of it.
	 *
	 * @throws {@link NodeError} when the poll is over
	 */
	async reopen(): Promise<Opened | undefined> {
		const session = this.#session;
		if (session?.connection.isReady) {
			try {
				const replies = await session.connection.ask(greeting);
				const isReplica = isReplicaBy(replies);
				if (isReplica || session.isReplica) session.id = nextId();
				session.isReplica = isReplica;
				if (!this.#isRefused(isReplica)) return { session, time: replies[0] ?? null };
			} catch (error) {
				if (!(error instanceof ConnectionError)) throw error;
				if (this.#dialler.isOver) throw new NodeError(this.#dialler.explain(this.endpoint, error));
			}
		}
		await this.close();
		return undefined;
	}

	async close(): Promise<void> {
		const connection = this.#session?.connection;
		this.#session = undefined;
		if (connection) await this.#dialler.end(connection);
	}

	#isRefused(isReplica: boolean): boolean {
		return this.#demand.master && isReplica;
	}

	async #logIn(): Promise<Opened> {
		const { database } = this.#demand;
		const first = database === 0 ? [] : [commands.select(database)];
		const asked = [...first, commands.infoServer, ...greeting];
		const { connection, replies } = await this.#dialler.dial(this.endpoint, asked);
		const refuse = async (problem: NodeError['problem']) => {
			await this.#dialler.end(connection);
			throw new NodeError(problem);
		};
		const [info = null, ...greeted] = replies.slice(first.length);
		const [selected] = first.length === 0 ? [] : replies;
		if (selected instanceof ErrorReply) {
			await refuse(errorProblem(this.endpoint, 'select', selected.message));
		}
		// Some managed servers refuse INFO; then only the version is not known.
		if (info instanceof ErrorReply && codeOfError(info.message) === 'auth_failed') {
			await refuse(errorProblem(this.endpoint, 'info', info.message));
		}
		const isReplica = isReplicaBy(greeted);
		if (this.#isRefused(isReplica)) await refuse(replicaProblem(this.endpoint));
		this.#session = {
			endpoint: this.endpoint,
			connection,
			server: readServer(Buffer.isBuffer(info) ? info.toString() : undefined),
			id: nextId(),
			isReplica,
		};
		return { session: this.#session, time: greeted[0] ?? null };
	}
}
