import type { Problem } from '../../../model.ts';
import type { Filter } from '../../../options/pattern.ts';
import { type Connection, ConnectionError } from '../connect/connection.ts';
import type { Server } from '../connect/version.ts';
import * as commands from '../protocol/commands.ts';
import { type ListedGroup, readScanPage, readTimeMs } from '../protocol/replies.ts';
import type { Reply } from '../protocol/reply.ts';
import type { Answers } from '../read/read.ts';
import { type KeyFacts, readKey, readPending } from '../read/read-key.ts';
import { attempt, type Failure } from './attempt.ts';
import { inChunks } from './chunks.ts';
import type { Discovery, Key } from './discovery.ts';

/** Two commands a key: the server's other clients wait for a few milliseconds at most. */
const keysAtOnce = 100;
const pendingAtOnce = 500;
/** One chunk is read here while the server works on the other. */
const chunksInFlight = 2;

/** Whom to ask, and for what. */
export interface Scope {
	readonly connection: Connection;
	readonly server: Server;
	readonly discovery: Discovery;
	readonly groups: Filter;
}

/**
 * Asks for everything once. What was told before the connection ended is kept.
 *
 * @param signal - whoever fires it closes the connection
 * @param explain - says why the connection ended
 */
export async function fetchAll(
	{ connection, server, discovery, groups }: Scope,
	signal: AbortSignal,
	explain: (error: ConnectionError) => Problem,
): Promise<Answers> {
	const failures: Failure[] = [];
	const told = new Map<Key, KeyFacts>();
	let keys = discovery.keys;
	let nowMs: number | undefined;
	let isSearched = false;
	let brokenBy: Problem | undefined;
	try {
		const [time = null] = await connection.ask([commands.time]);
		nowMs = attempt('time', time, readTimeMs, failures);
		isSearched = await discovery.search(performance.now(), signal, async (cursor, match) => {
			const [page = null] = await connection.ask([commands.scan(cursor, match)]);
			return attempt('scan', page, readScanPage, failures);
		});
		keys = discovery.keys;
		await inChunks(keys, keysAtOnce, chunksInFlight, async (chunk) => {
			for (const facts of await fetchKeys(connection, chunk, groups)) told.set(facts.key, facts);
		});
	} catch (error) {
		if (!(error instanceof ConnectionError)) throw error;
		brokenBy = explain(error);
	}
	return {
		server,
		...(nowMs !== undefined && { nowMs }),
		isSearched,
		keys: keys.flatMap((key) => told.get(key) ?? []),
		failures,
		...(brokenBy && { broken: { by: brokenBy, unasked: keys.filter((key) => !told.has(key)) } }),
	};
}

/**
 * Groups are asked for before their streams: what is added between the two then counts as lag, and
 * no group can be ahead of its stream.
 */
async function fetchKeys(
	connection: Connection,
	keys: readonly Key[],
	groups: Filter,
): Promise<readonly KeyFacts[]> {
	const replies = await connection.ask(
		keys.flatMap(({ bytes }) => [commands.xinfoGroups(bytes), commands.xinfoStream(bytes)]),
	);
	const facts = keys.map((key, at) =>
		readKey(key, replies[2 * at] ?? null, replies[2 * at + 1] ?? null, groups),
	);
	const answers = await fetchPending(connection, facts);
	return facts.map((one) => readPending(one, answers));
}

async function fetchPending(
	connection: Connection,
	facts: readonly KeyFacts[],
): Promise<ReadonlyMap<ListedGroup, Reply>> {
	const wanted = facts.flatMap(({ key, groups = [] }) =>
		groups.filter(({ pending }) => pending > 0).map((group) => ({ key, group })),
	);
	const answers = new Map<ListedGroup, Reply>();
	await inChunks(wanted, pendingAtOnce, 1, async (chunk) => {
		const replies = await connection.ask(
			chunk.map(({ key, group }) => commands.xpending(key.bytes, group.bytes)),
		);
		for (const [at, { group }] of chunk.entries()) answers.set(group, replies[at] ?? null);
	});
	return answers;
}
