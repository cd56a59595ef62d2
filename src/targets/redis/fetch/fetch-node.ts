import type { Problem } from '../../../model.ts';
import { inTurns } from '../../../steps.ts';
import { ConnectionError } from '../connect/connection.ts';
import type { Opened, Session } from '../connect/node.ts';
import { safe } from '../problems.ts';
import { attempt, type Failure } from '../protocol/attempt.ts';
import * as commands from '../protocol/commands.ts';
import { readScanPage, readTimeMs } from '../protocol/replies.ts';
import type { SeenIn } from '../read/anchor.ts';
import { type KeyRead, KeyTables } from '../read/key.ts';
import type { Circumstances } from '../read/lag.ts';
import type { Memory, MemoryTable } from '../read/memory.ts';
import type { NodeAnswers } from '../read/read.ts';
import { ByCommands } from './by-commands.ts';
import { ByScript, probeScripts } from './by-script.ts';
import type { Discovery, Key } from './discovery.ts';
import { fetchKeys, type Limits, type Told } from './fetch-keys.ts';
import type { Scope, Way } from './way.ts';

/** What every server of a target is asked for. */
export interface Errand {
	readonly scope: Scope;
	readonly limits: Limits;
	readonly memory: Memory;
	/** Gets what is to be remembered for the next poll. */
	readonly memories: MemoryTable;
	/** How long a poll may last, in milliseconds. */
	readonly pollTimeoutMs: number;
	readonly signal: AbortSignal;
	/** Says why a connection ended. */
	readonly explain: (error: ConnectionError) => Problem;
	/** Told how a server is asked; absent reason: by scripts. */
	readonly onWay: (refusal?: string) => void;
}

/** What a server told, and whether all of its keys are known. */
export interface Fetched {
	readonly answers: NodeAnswers;
	readonly isSearched: boolean;
}

/**
 * Asks one server for everything once. What was told before the connection ended is kept.
 *
 * @param discovery - finds the keys; absent: it is asked for `keys` alone
 * @param keys - those known by name that the server holds
 */
export async function fetchNode(
	{ session, time }: Opened,
	errand: Errand,
	{
		discovery,
		keys,
		isCluster = false,
		isAsking = false,
	}: {
		readonly discovery?: Discovery;
		readonly keys: readonly Key[];
		readonly isCluster?: boolean;
		/** The keys just move to this server. */
		readonly isAsking?: boolean;
	},
): Promise<Fetched> {
	const { connection, endpoint, server, id } = session;
	const all = () => keys.concat(discovery?.found ?? []);
	const failures: Failure[] = [];
	let told: Told = { keys: [], tables: new KeyTables(0, errand.memories), failures };
	const nowMs = attempt('time', time, readTimeMs, failures);
	const poll: SeenIn = { connectionId: id };
	const circumstances: Circumstances = {
		readCounter: server.readCounter,
		poll,
		...(nowMs !== undefined && { nowMs }),
	};
	let isSearched = false;
	let broken: Problem | undefined;
	try {
		isSearched =
			discovery === undefined ||
			(await discovery.search(performance.now(), errand, server.runId, async (cursor, match) => {
				const [page = null] = await connection.ask([commands.scan(cursor, match)]);
				return attempt('scan', page, readScanPage, failures);
			}));
		const plain = new ByCommands(connection, errand.scope, isAsking);
		const way: Way =
			!isAsking && (await runsScripts(session, errand))
				? new ByScript(connection, errand.scope, plain, isCluster)
				: plain;
		const asked = all();
		told = { ...told, tables: new KeyTables(asked.length, errand.memories) };
		await fetchKeys(way, asked, errand.memory, errand.limits, circumstances, told);
		if (nowMs !== undefined) {
			const [later = null] = await connection.ask([commands.time]);
			const untilMs = attempt('time', later, readTimeMs, failures);
			if (untilMs !== undefined) poll.untilMs = untilMs;
		}
	} catch (error) {
		if (!(error instanceof ConnectionError)) throw error;
		broken = errand.explain(error);
	}
	const unasked = broken && (await inTurns(without(all(), told.keys), errand.signal));
	return {
		isSearched,
		answers: {
			endpoint,
			...(server.version !== undefined && { version: server.version }),
			...told,
			...(broken && unasked && { broken: { by: broken, unasked } }),
		},
	};
}

/** Keys between two places where looking for those without an answer may be interrupted. */
const stepKeys = 1000;

/** The keys of which nothing was told. Yields wherever it may be interrupted. */
function* without(keys: readonly Key[], read: readonly KeyRead[]): Generator<void, readonly Key[]> {
	const told = new Set<Key>();
	for (const [at, { key }] of read.entries()) {
		if (at % stepKeys === 0) yield;
		told.add(key);
	}
	const left: Key[] = [];
	for (const [at, key] of keys.entries()) {
		if (at % stepKeys === 0) yield;
		if (!told.has(key)) left.push(key);
	}
	return left;
}

/** Whether a session's server runs scripts for us: tried once. */
async function runsScripts(session: Session, errand: Errand): Promise<boolean> {
	if (session.runsScripts === undefined) {
		const probe = await probeScripts(session.connection);
		session.runsScripts = probe === true;
		errand.onWay(probe === true ? undefined : safe(session.endpoint, probe.message));
	}
	return session.runsScripts;
}
