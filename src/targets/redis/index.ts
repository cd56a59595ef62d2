import { definePlatform } from '../target.ts';
import { codes } from './codes.ts';
import { options } from './options.ts';
import { operations } from './protocol/commands.ts';
import { RedisTarget } from './target.ts';

/** Redis Streams on one plain server, from 6.2 on, and what speaks its protocol. */
export const redis = definePlatform({
	name: 'redis',
	options,
	operations,
	problems: codes,
	connect(given, _log, pollTimeoutMs) {
		const { host, port, ...login } = given.url;
		const username = given.username ?? login.username?.reveal();
		const password = given.password ?? given.password_file ?? login.password;
		return new RedisTarget(
			{
				host,
				port,
				...(username !== undefined && { username }),
				...(password !== undefined && { password }),
				// A host that is not there is then told apart from a server that does not answer.
				connectTimeoutMs: Math.ceil(pollTimeoutMs / 2),
			},
			given,
		);
	},
});
