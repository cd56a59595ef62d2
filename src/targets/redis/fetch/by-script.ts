import { codeOfError } from '../codes.ts';
import type { Connection } from '../connect/connection.ts';
import { fewPending, keyFacts } from '../facts.ts';
import { attempt, type Failure } from '../protocol/attempt.ts';
import * as commands from '../protocol/commands.ts';
import { ErrorReply, type Reply } from '../protocol/reply.ts';
import { readCounts, readFacts } from '../protocol/script-replies.ts';
import { countsScript, factsScript } from '../protocol/scripts.ts';
import type { Key } from './discovery.ts';
import type { Counted, Question, Scope, Way } from './way.ts';

/**
 * After so many commands a script ends, and the rest is asked again: some 3 µs each, a millisecond at
 * most. Two can be under way, which the server runs without a break where they came in together, so
 * that its other clients wait for twice as long.
 */
const workAtOnce = 200;
/** As many as that is enough for, where each has one group. */
const keysAtOnce = 25;

/**
 * Asks by read-only scripts: only ids and numbers come back, whatever the size of the entries.
 *
 * @param otherwise - asked where a script is refused, for keys that the user may not touch or that
 * are on another node; then it is the server's own refusal that is told
 * @param isCluster - the keys of one script must then share a slot, so that each key has its own
 */
export function byScript(
	connection: Connection,
	scope: Scope,
	otherwise: Way,
	isCluster: boolean,
): Way {
	/** Runs a script for the keys of each call, with the arguments of each. */
	const run = async (
		script: commands.Script,
		calls: readonly {
			readonly keys: readonly Buffer[];
			readonly args: readonly (string | Buffer)[];
		}[],
	): Promise<readonly Reply[]> => {
		const send = (known: boolean, some: typeof calls) =>
			connection.ask(
				some.map(({ keys, args }) =>
					(known ? commands.evalshaRo : commands.evalRo)(script, keys, args),
				),
			);
		const replies = await send(true, calls);
		// The server was started anew or made room: it must be given the text again.
		const unknown = calls.filter((_, at) => isUnknown(replies[at] ?? null));
		if (unknown.length === 0) return replies;
		const again = await send(false, unknown);
		let at = 0;
		return replies.map((reply) => (isUnknown(reply) ? (again[at++] ?? null) : reply));
	};
	const work = String(workAtOnce);
	return {
		keysAtOnce,
		async facts(keys) {
			const args = [
				work,
				...[scope.consumersAtMost, fewPending, scope.abandonedAfterMs].map(String),
			];
			const calls = (isCluster ? keys.map((key) => [key]) : [keys]).map((some) => ({
				keys: some.map(({ bytes }) => bytes),
				args,
			}));
			const replies = await run(factsScript, calls);
			if (!isCluster) return factsOf(replies[0] ?? null, keys, scope, otherwise);
			const all = await Promise.all(
				keys.map((key, at) => factsOf(replies[at] ?? null, [key], scope, otherwise)),
			);
			return {
				facts: all.flatMap(({ facts }) => facts),
				failures: all.flatMap(({ failures }) => failures),
			};
		},
		async counts(questions) {
			const groups = isCluster ? questions.map((question) => [question]) : [questions];
			const calls = groups.map((some) => ({
				keys: some.map(({ key }) => key.bytes),
				args: [work, ...some.flatMap(countArguments)],
			}));
			const replies = await run(countsScript, calls);
			const all = await Promise.all(
				groups.map((some, at) => countsOf(replies[at] ?? null, some, otherwise)),
			);
			return all.flat();
		},
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

async function factsOf(reply: Reply, keys: readonly Key[], scope: Scope, otherwise: Way) {
	if (reply instanceof ErrorReply) return otherwise.facts(keys);
	const failures: Failure[] = [];
	const told = attempt('evalsha_ro', reply, readFacts, failures);
	// An answer that cannot be read: the server's own words may be clearer.
	if (told === undefined || told.streams.length === 0) return otherwise.facts(keys);
	const facts = told.streams.slice(0, keys.length).map((stream, at) => {
		const key = keys[at] as Key;
		for (const { error } of stream.failures) {
			const absent = error instanceof ErrorReply ? codeOfError(error.message) : undefined;
			if (absent === 'stream_missing' || absent === 'not_a_stream') {
				return { key, absent, failures: [] };
			}
		}
		return keyFacts(key, stream, scope.groups);
	});
	return { facts, failures: told.failures };
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
