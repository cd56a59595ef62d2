import { addressText } from '../../options/address.ts';
import { type Example, examples, passes } from '../../options/pattern.ts';
import { merged, type Trial } from '../trial.ts';
import type { Cluster } from './connect/client.ts';
import { UnsupportedRequestError } from './connect/connection-errors.ts';
import { errorCode, nameOfCode, problemOfCode } from './error-codes.ts';
import { askCommitted, askConfigs, askOffsets } from './fetch/ask.ts';
import { type Leg, leg } from './fetch/legs.ts';
import { grants, type Refused } from './grants.ts';
import type { KafkaOptions } from './options.ts';
import { type Named, namesTrial, operations, seenTrial } from './permissions.ts';
import { problemsOf } from './problems.ts';
import { consumerGroupDescribe } from './protocol/consumer-group-describe.ts';
import { describeConfigs } from './protocol/describe-configs.ts';
import { describeGroups } from './protocol/describe-groups.ts';
import { type ListGroupsAnswer, listGroups } from './protocol/list-groups.ts';
import { latest } from './protocol/list-offsets.ts';
import type { BrokerAddress, MetadataAnswer } from './protocol/metadata.ts';
import type { Request } from './protocol/request.ts';
import { shareGroupDescribe } from './protocol/share-group-describe.ts';
import { describeShareGroupOffsets } from './protocol/share-group-offsets.ts';
import { streamsGroupDescribe } from './protocol/streams-group-describe.ts';

/** Requests that not every broker speaks. */
const optional: readonly (readonly [
	operation: string,
	request: Pick<Request<never, unknown>, 'key' | 'versions'>,
	lost: string,
])[] = [
	['DescribeGroups', describeGroups, 'members and state of classic groups'],
	['ConsumerGroupDescribe', consumerGroupDescribe, 'members and state of KIP-848 groups'],
	['ShareGroupDescribe', shareGroupDescribe, 'members and state of share groups'],
	['StreamsGroupDescribe', streamsGroupDescribe, 'members and state of streams groups'],
	['DescribeShareGroupOffsets', describeShareGroupOffsets, 'the lag of share groups'],
	['DescribeConfigs', describeConfigs, operations.DescribeConfigs.lost],
];

/** Where coordinators keep the offsets. */
const offsetsTopic = '__consumer_offsets';

/** Topics whose settings are tried: as many as one request takes. */
const topicsAtMost = 500;

/** What a diagnosis needs. */
export interface Means {
	readonly cluster: Cluster;
	readonly options: KafkaOptions;
	readonly signal: AbortSignal;
	readonly tell: (trial: Trial) => void;
}

/**
 * Tries what brokers allow. They hide what a user may not describe, and answer as if it were not
 * there; so permissions are tried with names, made up where the configuration has patterns: one that
 * is not there is told apart from one that may not be asked for.
 */
export async function diagnose(means: Means): Promise<readonly string[]> {
	const { cluster, options, signal, tell } = means;
	const refused: Refused = { topics: [], groups: [], configs: [], coordinators: [] };
	try {
		await cluster.beginPoll(signal);
		const metadata = await cluster.freshMetadata(signal);
		const listings = await Promise.all(
			metadata.brokers.map((broker) =>
				leg(broker, cluster.send(broker.nodeId, listGroups, undefined, signal)),
			),
		);
		for (const trial of brokerTrials(listings)) tell(trial);
		const node = listings.find((listing) => 'answer' in listing)?.asked.nodeId;
		if (node === undefined) return [];

		const topics = examples(options.streams);
		refused.topics = await refusedTopics(means, node, topics);
		tell(seenTrial('Metadata', 'topics', metadata.topics.length, refused.topics, topics));
		tell(namesTrial('ListOffsets', refused.topics, topics));

		const groups = examples(options.groups);
		const groupCount = listings.reduce(
			(sum, listing) => sum + ('answer' in listing ? listing.answer.groups.length : 0),
			0,
		);
		refused.groups = await refusedGroups(means, node, groups);
		tell(seenTrial('ListGroups', 'groups', groupCount, refused.groups, groups));
		tell(namesTrial('OffsetFetch', refused.groups, groups));

		const configs = await refusedConfigs(means, metadata, topics);
		if (configs) {
			refused.configs = configs;
			tell(namesTrial('DescribeConfigs', configs, topics));
		}
		const coordinators = [{ name: offsetsTopic }];
		refused.coordinators = await refusedTopics(means, node, coordinators);
		tell(namesTrial('coordinators', refused.coordinators, coordinators));

		for (const [operation, request, lost] of optional) {
			if (await cluster.speaks(node, request)) continue;
			tell({ operation, subject: `broker ${node}`, state: 'unsupported', lost });
		}
	} catch (error) {
		for (const { operation, message } of problemsOf(error)) {
			tell({ operation, subject: '', state: 'failed', answer: message });
		}
	}
	return grants(options, refused);
}

type Listing = Leg<BrokerAddress, ListGroupsAnswer>;

/** Which brokers answer. */
function brokerTrials(listings: readonly Listing[]): readonly Trial[] {
	const trials = listings.map((listing): Trial => {
		const subject = `broker ${listing.asked.nodeId} (${addressText(listing.asked)})`;
		if ('error' in listing) {
			const [problem] = problemsOf(listing.error);
			const answer = problem?.message ?? listing.error.message;
			return { operation: listing.error.operation, subject, state: 'failed', answer };
		}
		const { errorCode: code } = listing.answer;
		if (code === errorCode.none) return { operation: 'connect', subject, state: 'allowed' };
		return { operation: 'ListGroups', subject, state: 'failed', answer: nameOfCode(code) };
	});
	return merged(trials);
}

/** Of these topics, those that may not be described. */
async function refusedTopics<Topic extends Named>(
	{ cluster, signal }: Means,
	node: number,
	topics: readonly Topic[],
): Promise<readonly Topic[]> {
	const asked = topics.map(({ name }) => ({ topic: name, partitions: [0] }));
	const batches = asked.length === 0 ? [] : [{ node, topics: asked }];
	const refused = new Set<string>();
	for (const leg of await askOffsets(cluster, latest, 'read_uncommitted', batches, signal)) {
		if ('error' in leg) throw leg.error;
		for (const { topic, rows, from } of leg.answer.topics) {
			if (rows.errorCodes[from] === errorCode.topicAuthorizationFailed) refused.add(topic);
		}
	}
	return topics.filter(({ name }) => refused.has(name));
}

/** Of these groups, those that may not be described. */
async function refusedGroups(
	{ cluster, signal }: Means,
	node: number,
	groups: readonly Example[],
): Promise<readonly Example[]> {
	if (groups.length === 0) return [];
	const groupIds = groups.map(({ name }) => name);
	const answers = await askCommitted(cluster, { node, type: null, groupIds }, signal);
	const refused = new Set(
		answers.flatMap(({ groupId, errorCode: code }) =>
			code === errorCode.groupAuthorizationFailed ? [groupId] : [],
		),
	);
	return groups.filter(({ name }) => refused.has(name));
}

/** Of these topics and those that are seen, those whose settings are not told. Absent: no broker tells any. */
async function refusedConfigs(
	{ cluster, options, signal }: Means,
	metadata: MetadataAnswer,
	topics: readonly Example[],
): Promise<readonly Named[] | undefined> {
	const inScope = ({ topic }: { readonly topic: string }) => passes(options.streams, topic);
	const seen = metadata.topics.filter(inScope).map(({ topic }) => topic);
	const names = [...new Set([...topics.map(({ name }) => name), ...seen])].slice(0, topicsAtMost);
	const refused: Named[] = [];
	for (const leg of await askConfigs(cluster, metadata, names, signal)) {
		if ('error' in leg) {
			if (leg.error.cause instanceof UnsupportedRequestError) return undefined;
			throw leg.error;
		}
		for (const { topic, errorCode: code } of leg.answer) {
			if (problemOfCode(code) !== 'not_authorized') continue;
			refused.push(topics.find(({ name }) => name === topic) ?? { name: topic });
		}
	}
	return refused;
}
