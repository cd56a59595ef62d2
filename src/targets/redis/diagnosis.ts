import { addressText } from '../../options/address.ts';
import { passes } from '../../options/pattern.ts';
import { displayName } from '../name.ts';
import { UnreadableError } from '../target.ts';
import { merged, type Trial } from '../trial.ts';
import { codeOfError } from './codes.ts';
import { ConnectionError, type Endpoint } from './connect/connection.ts';
import { type Dialler, NodeError } from './connect/dialler.ts';
import type { Installation, Master } from './connect/installation.ts';
import type { Session } from './connect/node.ts';
import { namedKeys, scanPattern } from './fetch/discovery.ts';
import type { RedisOptions } from './options.ts';
import { safe, words } from './problems.ts';
import { attempt } from './protocol/attempt.ts';
import * as commands from './protocol/commands.ts';
import { readScanPage } from './protocol/replies.ts';
import { ErrorReply, type Reply } from './protocol/reply.ts';
import { countsScript, factsScript } from './protocol/scripts.ts';

/** A stream that nobody has: the server looks at the user's commands before it looks for a key. */
const nobody = 'stream-lag-exporter-doctor';
const nowhere = Buffer.from(nobody);

/** Keys of one server of which it is tried whether the user may touch them. */
const keysAtMost = 100;

/** What a diagnosis needs. */
export interface Means {
	readonly installation: Installation;
	readonly dialler: Dialler;
	readonly options: RedisOptions;
}

/**
 * Tries every command of a poll on every master, with a key that does not exist, and the keys in
 * scope that one page of SCAN shows. It is tried and not asked about: ACL DRYRUN wants a permission
 * of its own, and is not there before 7.0.
 */
export async function diagnose(
	means: Means,
	tell: (trial: Trial) => void,
): Promise<readonly string[]> {
	const { installation, options } = means;
	const trials: Trial[] = [];
	try {
		const { masters, problems } = await installation.masters();
		trials.push(...finders(options));
		for (const { operation, message } of problems) {
			trials.push({ ...named(operation), subject: '', state: 'failed', answer: message });
		}
		await Promise.all(masters.map((master) => tryMaster(master, means, trials)));
	} catch (error) {
		if (!(error instanceof UnreadableError)) throw error;
		trials.push(
			...error.problems.map(({ code, operation, message }) => {
				return code === 'not_authorized'
					? refused(operation as commands.Operation, '', message)
					: ({ ...named(operation), subject: '', state: 'failed', answer: message } as const);
			}),
		);
	}
	const all = merged(trials);
	for (const trial of all) tell(trial);
	return grants(all, options);
}

/** How the masters were found, which went well. */
function finders({ sentinel, cluster }: RedisOptions): readonly Trial[] {
	if (sentinel) {
		return [{ ...named('sentinel'), subject: `the master ${sentinel.name}`, state: 'allowed' }];
	}
	return cluster ? [{ ...named('cluster'), subject: 'the masters', state: 'allowed' }] : [];
}

/** @param trials - to which those of this master are added, as many as it comes to */
async function tryMaster(master: Master, means: Means, trials: Trial[]): Promise<void> {
	const { endpoint } = master;
	try {
		const { session } = await master.open();
		await trySession(session, means, trials);
	} catch (error) {
		const problem =
			error instanceof NodeError
				? error.problem
				: error instanceof ConnectionError
					? means.dialler.explain(endpoint, error)
					: undefined;
		if (problem === undefined) throw error;
		const { code, operation, message } = problem;
		trials.push(
			code === 'not_authorized'
				? refused(operation as commands.Operation, '', message)
				: { ...named(operation), subject: '', state: 'failed', answer: message },
		);
	}
}

async function trySession(
	{ endpoint, connection, server, isReplica }: Session,
	{ installation, options }: Means,
	trials: Trial[],
): Promise<void> {
	const subject = addressText(endpoint);
	const patterns = options.streams.include.filter(({ literal }) => literal === undefined);
	const match = scanPattern(patterns);
	const asked: readonly commands.Command[] = [
		commands.infoServer,
		commands.time,
		...(match === undefined ? [] : [commands.scan('0', match)]),
		commands.evalRo(countsScript, [], ['0']),
		commands.evalshaRo(factsScript, [], ['0', '0']),
		commands.xinfoGroups(nowhere),
		commands.xinfoStream(nowhere),
		commands.xinfoConsumers(nowhere, nobody),
		commands.xpending(nowhere, nobody, { from: '-', to: '+', atMost: 1 }),
		commands.xrange(nowhere, { side: 'after', id: { major: 0, minor: 0 }, atMost: 1 }),
		commands.xlen(nowhere),
		...(installation.isCluster ? [commands.asking] : []),
	];
	const replies = await connection.ask(asked);
	const tried = asked.map(({ operation }, at) => trialOf(endpoint, operation, replies[at] ?? null));
	const role = isReplica ? ', a replica: only a master knows what groups read' : '';
	const { version = 'of a version that is not told' } = server;
	const what = version.startsWith('valkey') ? version : `Redis ${version}`;
	const found = asked.flatMap(({ operation }, at) =>
		operation === 'scan' ? keysOf(replies[at] ?? null, options) : [],
	);
	trials.push(
		{ operation: 'connect', subject, state: 'allowed', answer: `${what}${role}` },
		...tried,
	);
	trials.push(await tryKeys(found));

	async function tryKeys(scanned: readonly Buffer[]): Promise<Trial> {
		const own = namedKeys(options.streams).map(({ bytes }) => bytes);
		const keys = [...own, ...scanned].slice(0, keysAtMost);
		const operation = 'keys';
		const isBlind = tried.some(
			(trial) => trial.operation === words('xinfo_groups') && trial.state !== 'allowed',
		);
		if (keys.length === 0 || isBlind) return { operation, subject, state: 'untried' };
		const answers = await connection.ask(keys.map((key) => commands.xinfoGroups(key)));
		const refusals = answers.flatMap((answer) =>
			answer instanceof ErrorReply && isKeyRefusal(answer.message) ? [answer.message] : [],
		);
		const [first] = refusals;
		if (first === undefined) {
			return {
				operation,
				subject,
				state: 'allowed',
				answer: `${keys.length} of the streams tried`,
			};
		}
		const patternsOf = options.streams.include.map(({ source }) =>
			source.startsWith('/') ? '~*' : `~${source}`,
		);
		return {
			operation,
			subject,
			state: 'refused',
			answer: `${refusals.length} of ${keys.length} keys, ${safe(endpoint, first)}`,
			permission: [...new Set(patternsOf)].join(' '),
			lost: 'the streams with these keys',
		};
	}
}

function trialOf(endpoint: Endpoint, operation: commands.Operation, reply: Reply): Trial {
	const subject = addressText(endpoint);
	const allowed: Trial = { ...named(operation), subject, state: 'allowed' };
	if (!(reply instanceof ErrorReply)) return allowed;
	const answer = safe(endpoint, reply.message);
	if (/^NOSCRIPT|^NOGROUP/.test(reply.message) || isKeyRefusal(reply.message)) return allowed;
	switch (codeOfError(reply.message)) {
		case 'stream_missing':
		case 'wrong_node':
			return allowed;
		case 'not_authorized':
			return refused(operation, subject, answer);
		default: {
			const isScript = operation === 'eval_ro' || operation === 'evalsha_ro';
			if (isScript && /^ERR unknown command/i.test(reply.message)) {
				const lost = commands.lostWithout[operation];
				return { ...named(operation), subject, state: 'unsupported', answer, lost };
			}
			return { ...named(operation), subject, state: 'failed', answer };
		}
	}
}

function refused(operation: commands.Operation, subject: string, answer: string): Trial {
	const permission = commands.permissionFor[operation];
	const lost = commands.lostWithout[operation];
	return { ...named(operation), subject, state: 'refused', answer, permission, lost };
}

function named(operation: string): { readonly operation: string } {
	return {
		operation: operation === 'connect' ? operation : words(operation as commands.Operation),
	};
}

/** The command is permitted, and the key is not (in the words of 6.2 and 7.0, and of 7.2 and later). */
function isKeyRefusal(text: string): boolean {
	return /^NOPERM.* to access (one of the keys|a key)/.test(text);
}

/** The keys in scope that a page of SCAN shows. */
function keysOf(reply: Reply, { streams }: RedisOptions): readonly Buffer[] {
	const page = attempt('scan', reply, readScanPage, []);
	return (page?.keys ?? []).filter((key) => passes(streams, displayName(key)));
}

/** A line of redis-cli for each kind of server. */
function grants(trials: readonly Trial[], options: RedisOptions): readonly string[] {
	const { sentinel } = options;
	const user = options.username ?? options.url?.username?.reveal() ?? 'default';
	const lines: string[] = [];
	for (const [isSentinel, name, where] of [
		[true, sentinel?.username ?? 'default', '# on every sentinel'],
		[false, user, options.url ? undefined : '# on every server: ACLs are not replicated'],
	] as const) {
		const missing = trials.flatMap((trial) =>
			trial.state === 'refused' && (trial.operation === words('sentinel')) === isSentinel
				? [trial.permission]
				: [],
		);
		if (missing.length === 0) continue;
		if (where !== undefined) lines.push(where);
		lines.push(`ACL SETUSER ${name} ${[...new Set(missing)].join(' ')}`);
	}
	return lines;
}
