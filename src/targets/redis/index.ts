import type { Secret } from '../../options/secret.ts';
import { tlsOptions } from '../../options/tls.ts';
import { requestLog } from '../request-log.ts';
import { everything, streamKey } from '../share.ts';
import { definePlatform } from '../target.ts';
import { codes } from './codes.ts';
import { Cluster } from './connect/cluster.ts';
import { Dialler } from './connect/dialler.ts';
import type { Installation } from './connect/installation.ts';
import { SentinelMaster } from './connect/sentinel.ts';
import { SingleServer } from './connect/single.ts';
import { options, type RedisOptions } from './options.ts';
import { operations } from './protocol/commands.ts';
import { RedisTarget } from './target.ts';

/**
 * Redis Streams from 6.2 on: one server, a master that sentinels know, or a cluster; and what speaks
 * the same protocol.
 */
export const redis = definePlatform({
	name: 'redis',
	options,
	operations,
	problems: codes,
	groupKey: (stream) => streamKey(stream),
	connect(given, log, pollTimeoutMs, share = everything) {
		// A host that is not there is then told apart from a server that does not answer.
		const connectTimeoutMs = Math.ceil(pollTimeoutMs / 2);
		const dialler = new Dialler(requestLog(log));
		const installation = installationOf(given, dialler, connectTimeoutMs);
		return new RedisTarget(installation, dialler, given, log, pollTimeoutMs, share);
	},
});

function installationOf(
	given: RedisOptions,
	dialler: Dialler,
	connectTimeoutMs: number,
): Installation {
	const { url, sentinel, cluster } = given;
	const tls = tlsOptions(given.tls) ?? (url?.isSecure ? {} : undefined);
	const network = { connectTimeoutMs, ...(tls && { tls }) };
	const login = { ...network, ...loginOf(given.username, given.password ?? given.password_file) };
	if (sentinel !== undefined) {
		const { name, hosts, username, password, password_file } = sentinel;
		const own = { ...network, ...loginOf(username, password ?? password_file) };
		const sentinels = hosts.map((host) => ({ ...host, ...own }));
		return new SentinelMaster(name, sentinels, login, dialler);
	}
	if (cluster !== undefined) {
		const seeds = cluster.nodes.map((node) => ({ ...node, ...login }));
		return new Cluster(seeds, login, dialler);
	}
	if (url === undefined) throw new TypeError('the options were not checked');
	const { host, port, database } = url;
	const inUrl = url.password ? loginOf(url.username?.reveal(), url.password) : {};
	return new SingleServer({ host, port, ...login, ...inUrl }, dialler, database);
}

function loginOf(
	username: string | undefined,
	password: Secret | undefined,
): { readonly username?: string; readonly password?: Secret } {
	return {
		...(username !== undefined && { username }),
		...(password !== undefined && { password }),
	};
}
