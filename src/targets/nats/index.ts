import { requestLog } from '../request-log.ts';
import { definePlatform } from '../target.ts';
import { Account } from './account.ts';
import { operations, problemCodes } from './failure.ts';
import { options } from './options.ts';

/** NATS JetStream, from nats-server 2.9 on. */
export const nats = definePlatform({
	name: 'nats',
	options,
	operations,
	problems: problemCodes,
	connect: (given, log, pollTimeoutMs) => new Account(given, pollTimeoutMs, requestLog(log)),
});
