import { addressText } from '../../options/address.ts';
import { type Example, examples } from '../../options/pattern.ts';
import { shellWord } from '../shell-word.ts';
import { merged, type Trial } from '../trial.ts';
import { askCommitted, askConfigs, askOffsets } from './ask.ts';
import type { Cluster } from './client.ts';
import { UnsupportedRequestError } from './connection.ts';
import { errorCode, nameOfCode, problemOfCode } from './error-codes.ts';
import { type Leg, leg } from './legs.ts';
import type { KafkaOptions } from './options.ts';
import { remembered } from './plan.ts';
import { fewOf, problemsOf } from './problems.ts';
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

/** What polls ask for, what a user needs for it, and what is lost without. */
const operations = {
	Metadata: {
		permission: 'DESCRIBE on topics',
		lost: 'topics, and with them all lag: the cluster shows none, without an error',
	},
	ListGroups: {
		permission: 'DESCRIBE on groups',
		lost: 'groups: the cluster lists none, without an error',
	},
	ListOffsets: {
		permission: 'DESCRIBE on topics',
		lost: 'these topics and the lag on them: they are left out of every answer, without an error',
	},
	OffsetFetch: {
		permission: 'DESCRIBE on groups',
		lost: 'these groups: they are on no list, without an error',
	},
	DescribeConfigs: {
		permission: 'DESCRIBE_CONFIGS on topics',
		lost: 'stream_retention_seconds, and how much of the retention is used and left by time',
	},
	coordinators: {
		permission: 'DESCRIBE on the topic __consumer_offsets',
		lost: 'the knowledge that a list of groups has gaps while a coordinator is down: its groups can then be taken for deleted',
	},
} as const;

type Operation = keyof typeof operations;

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
	return grants(means, refused);
}

/** What may not be asked for, by name. */
interface Refused {
	topics: readonly Named[];
	groups: readonly Named[];
	configs: readonly Named[];
	coordinators: readonly Named[];
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

type Named = Pick<Example, 'name'>;

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
	const scope = remembered(options.streams);
	const seen = metadata.topics.filter(({ topic }) => scope(topic)).map(({ topic }) => topic);
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

/** What a list shows: nothing at all usually means that nothing may be seen. */
function seenTrial(
	operation: 'Metadata' | 'ListGroups',
	what: string,
	count: number,
	refused: readonly Named[],
	tried: readonly Named[],
): Trial {
	const answer = `${count} ${what}`;
	const subject = 'the cluster';
	if (count > 0) return { operation, subject, state: 'allowed', answer };
	const { permission, lost } = operations[operation];
	if (refused.length === 0 && tried.length > 0) {
		return { operation, subject, state: 'allowed', answer: `no ${what} yet` };
	}
	const why = `no ${what}, which usually means that DESCRIBE on ${what} is missing`;
	return { operation, subject, state: 'refused', answer: why, permission, lost };
}

function namesTrial(
	operation: Operation,
	refused: readonly Named[],
	tried: readonly Named[],
): Trial {
	const title = operation === 'coordinators' ? 'Metadata' : operation;
	const names = refused.length > 0 ? refused : tried;
	const subject = fewOf(names.map(nameShown));
	if (refused.length > 0) {
		const code =
			operation === 'OffsetFetch'
				? errorCode.groupAuthorizationFailed
				: errorCode.topicAuthorizationFailed;
		const { permission, lost } = operations[operation];
		return {
			operation: title,
			subject,
			state: 'refused',
			answer: nameOfCode(code),
			permission,
			lost,
		};
	}
	if (tried.length > 0) return { operation: title, subject, state: 'allowed' };
	return {
		operation: title,
		subject: 'no names are known beforehand where include has regular expressions only',
		state: 'untried',
	};
}

/** Patterns are shown instead of names that were made up for them. */
function nameShown(named: Named | Example): string {
	return 'pattern' in named ? named.pattern.source : named.name;
}

/** Lines of kafka-acls, one for each resource. */
function grants({ options }: Means, refused: Readonly<Refused>): readonly string[] {
	const byResource = new Map<string, Set<string>>();
	const add = (operation: string, kind: string, names: readonly Named[]) => {
		for (const resource of resourcesOf(kind, names)) {
			byResource.set(resource, (byResource.get(resource) ?? new Set()).add(operation));
		}
	};
	add('Describe', '--topic', refused.topics);
	add('DescribeConfigs', '--topic', refused.configs);
	if (byResource.get("--topic '*'")?.has('Describe') !== true) {
		add('Describe', '--topic', refused.coordinators);
	}
	add('Describe', '--group', refused.groups);
	const [broker] = options.brokers;
	const server = broker === undefined ? 'BROKER' : addressText(broker);
	const principal = shellWord(`User:${options.sasl?.username ?? 'PRINCIPAL'}`);
	return Array.from(byResource, ([resource, operations]) => {
		const flags = [...operations].map((operation) => `--operation ${operation}`).join(' ');
		return `kafka-acls.sh --bootstrap-server ${server} --add --allow-principal ${principal} ${flags} ${resource}`;
	});
}

/** The names of ACLs; a pattern that they cannot express becomes all names. */
function resourcesOf(kind: string, names: readonly (Named | Example)[]): readonly string[] {
	const resources = names.map((named) => {
		const { literal, source } =
			'pattern' in named ? named.pattern : { literal: named.name, source: '' };
		if (literal !== undefined) return `${kind} ${shellWord(literal)}`;
		const prefix = /^([^*?\\]+)\*$/.exec(source)?.[1];
		if (prefix === undefined) return `${kind} '*'`;
		return `${kind} ${shellWord(prefix)} --resource-pattern-type prefixed`;
	});
	const all = `${kind} '*'`;
	return resources.includes(all) ? [all] : [...new Set(resources)];
}
