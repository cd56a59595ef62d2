import { codeOfError } from '../codes.ts';
import type { Connection } from '../connect/connection.ts';
import { type KeyFacts, keyFacts } from '../facts.ts';
import { attempt, type Failure } from '../protocol/attempt.ts';
import * as commands from '../protocol/commands.ts';
import { ErrorReply, type Reply } from '../protocol/reply.ts';
import { readCounts, readFacts, type ToldStream } from '../protocol/script-replies.ts';
import { countsScript, factsScript } from '../protocol/scripts.ts';
import type { Key } from './discovery.ts';
import type { Counted, KnownFacts, Question, Scope, Way } from './way.ts';

/**
 * After so many commands a script ends, and the rest is asked again: some 3 µs each, a millisecond at
 * most. Two can be under way, which the server runs without a break where they came in together, so
 * that its other clients wait for twice as long.
 */
const workAtOnce = 200;
/** As many as that is enough for, where each has one group. */
const keysAtOnce = 25;

/** What a script is called with. */
interface Call {
	readonly keys: readonly Buffer[];
	readonly args: readonly (string | Buffer)[];
}

/** Asks by read-only scripts: only ids and numbers come back, whatever the size of the entries. */
export class ByScript implements Way {
	readonly keysAtOnce = keysAtOnce;
	readonly #connection: Connection;
	readonly #scope: Scope;
	readonly #otherwise: Way;
	readonly #isCluster: boolean;
	/** Of the script for facts, whatever the keys. */
	readonly #factsArguments: readonly string[];

	/**
	 * @param otherwise - asked where a script is refused, for keys that the user may not touch or that
	 * are on another node; then it is the server's own refusal that is told
	 * @param isCluster - the keys of one script must then share a slot, so that each key has its own
	 */
	constructor(connection: Connection, scope: Scope, otherwise: Way, isCluster: boolean) {
		this.#connection = connection;
		this.#scope = scope;
		this.#otherwise = otherwise;
		this.#isCluster = isCluster;
		const { consumersAtMost, fewPending, abandonedAfterMs } = scope;
		const numbers = [workAtOnce, consumersAtMost, fewPending, abandonedAfterMs];
		this.#factsArguments = numbers.map(String);
	}

	async facts(keys: readonly Key[]): Promise<KnownFacts> {
		if (!this.#isCluster) {
			const [reply = null] = await this.#run(factsScript, [this.#factsCall(keys)]);
			return factsOf(reply, keys, this.#scope, this.#otherwise);
		}
		const replies = await this.#run(
			factsScript,
			keys.map((key) => this.#factsCall([key])),
		);
		const all = await Promise.all(
			keys.map((key, at) => factsOf(replies[at] ?? null, [key], this.#scope, this.#otherwise)),
		);
		return {
			facts: all.flatMap(({ facts }) => facts),
			failures: all.flatMap(({ failures }) => failures),
		};
	}

	async counts(questions: readonly Question[]): Promise<readonly Counted[]> {
		const groups = this.#isCluster ? questions.map((question) => [question]) : [questions];
		const replies = await this.#run(countsScript, groups.map(countsCall));
		const all = await Promise.all(
			groups.map((some, at) => countsOf(replies[at] ?? null, some, this.#otherwise)),
		);
		return all.flat();
	}

	#factsCall(keys: readonly Key[]): Call {
		return { keys: keys.map(bytesOf), args: this.#factsArguments };
	}

	/** Runs a script with each call. */
	async #run(script: commands.Script, calls: readonly Call[]): Promise<readonly Reply[]> {
		const replies = await this.#connection.ask(
			calls.map(({ keys, args }) => commands.evalshaRo(script, keys, args)),
		);
		// The server was started anew or made room: it must be given the text again.
		const unknown = calls.filter((_, at) => isUnknown(replies[at] ?? null));
		if (unknown.length === 0) return replies;
		const again = await this.#connection.ask(
			unknown.map(({ keys, args }) => commands.evalRo(script, keys, args)),
		);
		let at = 0;
		return replies.map((reply) => (isUnknown(reply) ? (again[at++] ?? null) : reply));
	}
}

function bytesOf({ bytes }: Key): Buffer {
	return bytes;
}

function countsCall(questions: readonly Question[]): Call {
	return {
		keys: questions.map(({ key }) => key.bytes),
		args: [String(workAtOnce), ...questions.flatMap(countArguments)],
	};
}

/** Whether the server runs read-only scripts for us; else why not. */
export async function probeScripts(connection: Connection): Promise<true | ErrorReply> {
	const [reply = null] = await connection.ask([
		commands.evalRo(countsScript, [], [String(workAtOnce)]),
	]);
	return reply instanceof ErrorReply ? reply : true;
}

function isUnknown(reply: Reply): boolean {
	return reply instanceof ErrorReply && reply.message.startsWith('NOSCRIPT');
}

async function factsOf(
	reply: Reply,
	keys: readonly Key[],
	scope: Scope,
	otherwise: Way,
): Promise<KnownFacts> {
	if (reply instanceof ErrorReply) return otherwise.facts(keys);
	const failures: Failure[] = [];
	const told = attempt('evalsha_ro', reply, readFacts, failures);
	// An answer that cannot be read: the server's own words may be clearer.
	if (told === undefined || told.streams.length === 0) return otherwise.facts(keys);
	const facts: KeyFacts[] = [];
	const { streams } = told;
	for (let at = 0; at < streams.length && at < keys.length; at++) {
		facts.push(factsOfKey(keys[at] as Key, streams[at] as ToldStream, scope));
	}
	return { facts, failures: told.failures };
}

function factsOfKey(key: Key, stream: ToldStream, scope: Scope): KeyFacts {
	for (const { error } of stream.failures) {
		const absent = error instanceof ErrorReply ? codeOfError(error.message) : undefined;
		if (absent === 'stream_missing' || absent === 'not_a_stream') {
			return { key, absent, failures: [] };
		}
	}
	return keyFacts(key, stream, scope.groups);
}

async function countsOf(
	reply: Reply,
	questions: readonly Question[],
	otherwise: Way,
): Promise<readonly Counted[]> {
	if (reply instanceof ErrorReply) return otherwise.counts(questions);
	const told = attempt('evalsha_ro', reply, readCounts, []);
	if (told === undefined || told.length === 0) return otherwise.counts(questions);
	return told.slice(0, questions.length).map((one, at): Counted => {
		const operation = questions[at]?.of === 'entries' ? 'xrange' : 'xpending';
		return one instanceof ErrorReply ? { operation, error: one } : one;
	});
}

function countArguments(question: Question): (string | Buffer)[] {
	const group = commands.groupWord(question.group);
	if (question.of === 'pending') {
		const { range, leastIdleMs } = question;
		const kind = range.idleMs === undefined ? 'pending' : 'idle';
		return [kind, group, range.from, range.to, String(range.atMost), String(leastIdleMs)];
	}
	const [from, to] = commands.rangeEnds(question.range);
	return ['entries', group, from, to, String(question.range.atMost), '0'];
}
