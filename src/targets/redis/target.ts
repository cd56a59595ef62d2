import type { Logger } from 'pino';
import type { Problem, Reading } from '../../model.ts';
import { inTurns } from '../../steps.ts';
import { type Share, streamKey } from '../share.ts';
import { type Target, UnreadableError } from '../target.ts';
import type { Trial } from '../trial.ts';
import { type Dialler, NodeError } from './connect/dialler.ts';
import type { Installation, Master } from './connect/installation.ts';
import { diagnose } from './diagnosis.ts';
import { Discovery, type Key, namedKeys } from './fetch/discovery.ts';
import { type Errand, fetchNode } from './fetch/fetch-node.ts';
import { followRedirections } from './fetch/redirections.ts';
import type { RedisOptions } from './options.ts';
import { partitionNames } from './partitioned.ts';
import { KeyTables } from './read/key.ts';
import { Memory, type MemoryTable } from './read/memory.ts';
import { ProducedCounts } from './read/produced.ts';
import { isEmptyHanded, type NodeAnswers, readAnswers } from './read/read.ts';

/** So many entries more do not make an answer noticeably longer. */
const fewPending = 8;

/** Redis Streams, on one server or on the masters of a cluster. */
export class RedisTarget implements Target {
	readonly #installation: Installation;
	readonly #dialler: Dialler;
	readonly #options: RedisOptions;
	readonly #log: Logger;
	readonly #pollTimeoutMs: number;
	readonly #named: readonly Key[];
	readonly #partitionOf: ReturnType<typeof partitionNames>;
	/** Whether a key is read: those of one logical stream are all of them, or none. */
	readonly #owns: (key: string) => boolean;
	/** Whether there are keys that others read: without any of our own, we do not come empty-handed. */
	#othersSeen = false;
	/** Whether there was a poll in which every key was known. */
	#wasSearched = false;
	readonly #produced = new ProducedCounts();
	/** By the master's address. */
	#discoveries = new Map<string, Discovery>();
	readonly #memory = new Memory();
	#wayTold: string | undefined;

	constructor(
		installation: Installation,
		dialler: Dialler,
		options: RedisOptions,
		log: Logger,
		pollTimeoutMs: number,
		share: Share,
	) {
		this.#installation = installation;
		this.#dialler = dialler;
		this.#options = options;
		this.#log = log;
		this.#pollTimeoutMs = pollTimeoutMs;
		this.#partitionOf = partitionNames(options.partitioned);
		this.#owns = (key) => {
			const owned = share.owns(streamKey(this.#partitionOf?.(key)?.stream ?? key));
			this.#othersSeen ||= !owned;
			return owned;
		};
		this.#named = namedKeys(options.streams).filter(({ name }) => this.#owns(name));
	}

	get requests(): ReadonlyMap<string, number> {
		return this.#dialler.requests;
	}

	read(signal: AbortSignal): Promise<Reading> {
		return this.#dialler.during(signal, async () => {
			const { masters, problems } = await this.#installation.masters();
			const names = new Set(masters.map(({ name }) => name));
			for (const name of this.#discoveries.keys()) {
				if (!names.has(name)) this.#discoveries.delete(name);
			}
			const memories = this.#memory.nextTable();
			const fetched = await Promise.all(
				masters.map((master) => this.#fetch(master, memories, signal)),
			);
			const nodes = fetched.map(({ answers }) => answers);
			const own = this.#installation.isCluster
				? await followRedirections(nodes, this.#installation, (opened) =>
						this.#errand(opened.session.endpoint, memories, signal),
					)
				: nodes;
			const orphans = this.#named.filter(({ bytes }) => !masters.some((one) => one.owns(bytes)));
			const isSearched =
				problems.length === 0 && fetched.every(({ isSearched: isNodeSearched }) => isNodeSearched);
			this.#wasSearched ||= isSearched;
			const partitionOf = this.#partitionOf;
			const steps = readAnswers(
				{ nodes: own, isSearched, wasSearched: this.#wasSearched, problems, orphans },
				this.#memory,
				memories,
				partitionOf && { partitionOf, produced: this.#produced },
			);
			const { reading, remembered } = await inTurns(steps, signal);
			const isReached = own.some(({ broken }) => broken === undefined);
			if (isEmptyHanded(reading) && !(isReached && this.#othersSeen)) {
				throw new UnreadableError(reading.problems);
			}
			await inTurns(this.#memory.replace(memories, remembered), signal);
			return reading;
		});
	}

	diagnose(signal: AbortSignal, tell: (trial: Trial) => void): Promise<readonly string[]> {
		const [installation, dialler, options] = [this.#installation, this.#dialler, this.#options];
		return dialler.during(signal, () => diagnose({ installation, dialler, options }, tell));
	}

	close(): Promise<void> {
		return this.#dialler.close();
	}

	async #fetch(
		master: Master,
		memories: MemoryTable,
		signal: AbortSignal,
	): Promise<{ readonly answers: NodeAnswers; readonly isSearched: boolean }> {
		const { endpoint, name } = master;
		const { streams, discovery_interval } = this.#options;
		const discovery =
			this.#discoveries.get(name) ?? new Discovery(streams, discovery_interval, this.#owns);
		this.#discoveries.set(name, discovery);
		const keys = this.#named.filter(({ bytes }) => master.owns(bytes));
		const { isCluster } = this.#installation;
		try {
			const opened = await master.open();
			return await fetchNode(opened, this.#errand(endpoint, memories, signal), {
				discovery,
				keys,
				isCluster,
			});
		} catch (error) {
			if (!(error instanceof NodeError)) throw error;
			const unasked = [...keys, ...discovery.found];
			return { answers: unreached(endpoint, error.problem, unasked, memories), isSearched: false };
		}
	}

	#errand(endpoint: Master['endpoint'], memories: MemoryTable, signal: AbortSignal): Errand {
		const { groups, count_cap, abandoned_after } = this.#options;
		return {
			scope: {
				groups,
				consumersAtMost: count_cap,
				// One more than there were is asked for.
				fewPending: Math.min(fewPending, count_cap - 1),
				abandonedAfterMs: abandoned_after,
			},
			limits: { countCap: count_cap, abandonedAfterMs: abandoned_after },
			memory: this.#memory,
			memories,
			pollTimeoutMs: this.#pollTimeoutMs,
			signal,
			explain: (error) => this.#dialler.explain(endpoint, error),
			onWay: (refusal) => this.#tellWay(refusal),
		};
	}

	#tellWay(refusal: string | undefined): void {
		const way =
			refusal === undefined
				? 'streams are read by scripts (EVAL_RO): only ids and numbers come over the wire'
				: `streams are read by single commands, for EVAL_RO is refused: ${refusal}`;
		const isExpected = refusal === undefined && this.#wayTold === undefined;
		if (this.#wayTold !== way) this.#log[isExpected ? 'debug' : 'info'](way);
		this.#wayTold = way;
	}
}

function unreached(
	endpoint: Master['endpoint'],
	by: Problem,
	unasked: readonly Key[],
	memories: MemoryTable,
): NodeAnswers {
	return {
		endpoint,
		keys: [],
		tables: new KeyTables(0, memories),
		failures: [],
		broken: { by, unasked },
	};
}
