import type { Problem } from '../../model.ts';
import { examples, passes } from '../../options/pattern.ts';
import { atOnce } from '../../steps.ts';
import { displayText } from '../name.ts';
import { merged, type Trial } from '../trial.ts';
import { Failure } from './failure.ts';
import { mapSome } from './map-some.ts';
import { grants, type Request, requestTrial, subscriptionTrial } from './permissions.ts';
import { ask, type Means } from './poll.ts';
import { parseAnswer } from './reading/api-answer.ts';
import { type Listing, listAll } from './reading/listing.ts';
import { parsePage } from './reading/page.ts';
import { readStreams } from './reading/streams.ts';
import { maxDeliveries, Subjects } from './subjects.ts';

/** More than any stream has messages: it is asked for, and is not there. */
const noMessage = JSON.stringify({ seq: Number.MAX_SAFE_INTEGER });

/** Streams that are tried, for permissions can be for some streams only, and how many at a time. */
const streamsAtMost = 100;
const streamsAtATime = 16;

/** Tries the requests and subscriptions of a poll, on the streams in scope. */
export async function diagnose(
	means: Means,
	tell: (trial: Trial) => void,
): Promise<readonly string[]> {
	const { connection, advisories } = means;
	const { version, server_id, server_name } = connection.server;
	const trials: Trial[] = [];
	const add = (trial: Trial) => {
		trials.push(trial);
		tell(trial);
	};
	const isNamed = server_name !== undefined && server_name !== server_id;
	const named = isNamed ? `, named ${server_name}` : '';
	const answer = `nats-server ${version}${named}`;
	add({ operation: 'connect', subject: connection.address, state: 'allowed', answer });

	const subjects = new Subjects(means.options.domain);
	const listing = await listAll(async (offset) => {
		const body = JSON.stringify({ offset });
		return parsePage((await ask(means, 'stream_list', subjects.streamList, body)).data, 'streams');
	});
	// The server looks at what it is sent in turn: at the subscriptions first.
	const refusedAnswers =
		listing.failure?.refused?.verb === 'subscribe' ? listing.failure : undefined;
	const isHeard =
		listing.failure?.code !== 'timeout' && listing.failure?.code !== 'connection_lost';
	const inbox = `${means.options.inbox_prefix}.>`;
	add(subscriptionTrial('answers', inbox, refusedAnswers, isHeard));
	add(
		subscriptionTrial('advisories', maxDeliveries, advisories.refused, isHeard && !refusedAnswers),
	);
	if (refusedAnswers === undefined) {
		const found = `${listing.entries.size + listing.missing.size} streams`;
		add(requestTrial('stream_list', 'the account', listing.failure, found));
	}
	// The server is not asked more when it does not even list its streams.
	if (listing.failure === undefined || listing.failure.refused?.verb === 'publish') {
		const tried = await mapSome(streamsOf(means, listing, subjects), streamsAtATime, (stream) =>
			tryStream(means, subjects, stream),
		);
		for (const trial of merged(tried.flat())) add(trial);
	}
	return grants(trials, means.options);
}

/** What kept every server from being asked at all. */
export function unreachedTrials(problems: readonly Problem[]): readonly Trial[] {
	return problems.map(({ operation, message }) => {
		return { operation, subject: '', state: 'failed', answer: message };
	});
}

interface Tried {
	readonly name: string;
	/** The pattern for which the name was made up. Absent: there is such a stream. */
	readonly madeUpFor?: string;
	readonly allowsDirectGets: boolean;
}

/** The streams in scope, or names that would be. */
function streamsOf({ options }: Means, listing: Listing, subjects: Subjects): readonly Tried[] {
	const { streams } = atOnce(
		readStreams(listing, subjects.streamList, options.streams, Date.now()),
	);
	const there = Array.from(streams, ([name, { log }]) => {
		return { name, allowsDirectGets: log.allowsDirectGets };
	});
	if (there.length > 0) return there.slice(0, streamsAtMost);
	return examples(options.streams).map(({ name, pattern }) => {
		return { name, madeUpFor: pattern.source, allowsDirectGets: true };
	});
}

async function tryStream(
	means: Means,
	subjects: Subjects,
	{ name, madeUpFor, allowsDirectGets }: Tried,
): Promise<readonly Trial[]> {
	const { options, effort } = means;
	let consumer = 'stream-lag-exporter-doctor';
	const attempt = async (request: Request, subject: string, body: string): Promise<Trial> => {
		// Servers of 2.9 do not answer direct gets of a stream that is not there.
		const isNowhere = madeUpFor !== undefined && request === 'direct_get';
		const timeoutMs = isNowhere ? effort.singleTimeoutMs : effort.ageTimeoutMs;
		// A cluster gathers a list for four seconds when a server is down.
		const limits = request === 'consumer_list' ? [] : [timeoutMs];
		const failure = await failureOf(async () => {
			const { data } = await ask(means, request, subject, body, ...limits);
			if (request === 'direct_get') return;
			parseAnswer(data);
			if (request !== 'consumer_list') return;
			const inScope = (one: string) => passes(options.groups, displayText(one));
			consumer = [...parsePage(data, 'consumers').entries.keys()].find(inScope) ?? consumer;
		});
		const isSilent = failure?.noResponders || failure?.code === 'timeout';
		return requestTrial(
			request,
			madeUpFor ?? displayText(name),
			isNowhere && isSilent ? undefined : failure,
		);
	};
	const list = await attempt('consumer_list', subjects.consumerList(name), '{"offset":0}');
	const more = await Promise.all([
		attempt('stream_info', subjects.streamInfo(name), ''),
		attempt('consumer_info', subjects.consumerInfo(name, consumer), ''),
		...(options.time_lag === 'exact'
			? [
					...(allowsDirectGets ? [attempt('direct_get', subjects.directGet(name), noMessage)] : []),
					attempt('message_get', subjects.messageGet(name), noMessage),
				]
			: []),
	]);
	return [list, ...more];
}

async function failureOf(work: () => Promise<void>): Promise<Failure | undefined> {
	try {
		await work();
		return undefined;
	} catch (error) {
		if (error instanceof Failure) return error;
		throw error;
	}
}
