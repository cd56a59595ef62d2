import { shellWord } from '../shell-word.ts';
import type { Trial } from '../trial.ts';
import type { Failure, Refused } from './failure.ts';
import type { NatsOptions } from './options.ts';
import { consumerNotFound } from './poll.ts';
import { streamNotFound } from './reading/read.ts';

/** The requests of a poll: their names in the API, how many of a subject's last tokens are names. */
const requests = {
	stream_list: { title: 'STREAM.LIST', names: 0, lost: 'everything' },
	stream_info: {
		title: 'STREAM.INFO',
		names: 1,
		lost: 'in a cluster, streams whose leader is late: a listing goes without them',
	},
	consumer_list: { title: 'CONSUMER.LIST', names: 1, lost: 'the consumers of these streams' },
	consumer_info: {
		title: 'CONSUMER.INFO',
		names: 2,
		lost: 'in a cluster, consumers whose leader is late: a listing goes without them',
	},
	direct_get: {
		title: 'DIRECT.GET',
		names: 1,
		lost: 'nothing but speed: ages are then asked of the leaders of streams, by STREAM.MSG.GET',
	},
	message_get: {
		title: 'STREAM.MSG.GET',
		names: 1,
		lost: 'the ages of the oldest messages, on streams without allow_direct',
	},
} as const;

export type Request = keyof typeof requests;

/** What is subscribed to. */
const subscriptions = {
	answers: { title: 'answers', lost: 'everything: no answer arrives' },
	advisories: {
		title: 'advisories',
		lost: 'stream_consumer_exhausted_total: messages that were given up after their last delivery',
	},
} as const;

/** Answers that say that the request is permitted, and what is asked for is not there. */
const notThere: readonly (number | undefined)[] = [streamNotFound, consumerNotFound, 10037];

/** What a request led to. */
export function requestTrial(
	request: Request,
	subject: string,
	failure: Failure | undefined,
	found?: string,
): Trial {
	const { title: operation, lost, names } = requests[request];
	if (failure === undefined || notThere.includes(failure.apiErrorCode)) {
		return { operation, subject, state: 'allowed', ...(found !== undefined && { answer: found }) };
	}
	if (failure.refused === undefined) {
		return { operation, subject, state: 'failed', answer: failure.message };
	}
	const permission = permissionText(failure.refused, names);
	return {
		operation,
		subject,
		state: 'refused',
		answer: refusalText(failure.refused),
		permission,
		lost,
	};
}

/** @param isHeard - whether the server has said anything since it was told of the subscription */
export function subscriptionTrial(
	subscription: keyof typeof subscriptions,
	subject: string,
	failure: Failure | undefined,
	isHeard: boolean,
): Trial {
	const { title: operation, lost } = subscriptions[subscription];
	if (failure?.refused) {
		const answer = refusalText(failure.refused);
		return {
			operation,
			subject,
			state: 'refused',
			answer,
			permission: permissionText(failure.refused, 0),
			lost,
		};
	}
	return { operation, subject, state: isHeard ? 'allowed' : 'untried' };
}

/** The server's words carry the name, which makes each stream's another one. */
function refusalText({ verb }: Refused): string {
	return `Permissions Violation for ${verb === 'publish' ? 'Publish' : 'Subscription'}`;
}

/** `publish "$JS.API.CONSUMER.LIST.*"`: a subject whose last tokens are names, for all names. */
function permissionText({ verb, subject }: Refused, names: number): string {
	const tokens = subject.split('.');
	const general = tokens.map((token, at) => (at >= tokens.length - names ? '*' : token));
	return `${verb} "${general.join('.')}"`;
}

/** What to add to the user's permissions in the server's configuration, or by nsc to its JWT. */
export function grants(trials: readonly Trial[], options: NatsOptions): readonly string[] {
	const missing = new Set(
		trials.flatMap((trial) => (trial.state === 'refused' ? [trial.permission] : [])),
	);
	const subjects = (verb: Refused['verb']) =>
		[...missing].filter((one) => one.startsWith(verb)).map((one) => one.slice(verb.length + 1));
	const lines = (['publish', 'subscribe'] as const).flatMap((verb) => {
		const allowed = subjects(verb);
		return allowed.length === 0 ? [] : [`${verb}: { allow: [${allowed.join(', ')}] }`];
	});
	if (lines.length === 0) return [];
	if (options.credentials_file === undefined) {
		const user = options.username === undefined ? 'the user' : `the user ${options.username}`;
		return [`# add to the permissions of ${user}, and take out of what it is denied`, ...lines];
	}
	const flags = (['publish', 'subscribe'] as const).flatMap((verb) =>
		subjects(verb).map(
			(subject) =>
				`--allow-${verb === 'publish' ? 'pub' : 'sub'} ${shellWord(subject.slice(1, -1))}`,
		),
	);
	return [`nsc edit user --name USER ${flags.join(' ')}`];
}
