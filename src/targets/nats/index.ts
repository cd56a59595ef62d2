import { requestLog } from '../request-log.ts';
import { everything } from '../share.ts';
import { definePlatform } from '../target.ts';
import { Account } from './account.ts';
import { consumerKey } from './consumer-share.ts';
import { operations, problemCodes } from './failure.ts';
import { options } from './options.ts';

/** NATS JetStream, from nats-server 2.9 on. */
export const nats = definePlatform({
	name: 'nats',
	options,
	operations,
	problems: problemCodes,
	groupKey: consumerKey,
	connect: (given, log, pollTimeoutMs, share = everything) =>
		new Account(given, pollTimeoutMs, share, requestLog(log)),
});
