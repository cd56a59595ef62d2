import { passes } from '../../options/pattern.ts';
import { remembered } from '../../options/remembered.ts';
import { tlsOptions } from '../../options/tls.ts';
import { inTurns } from '../../steps.ts';
import { requestLog } from '../request-log.ts';
import { everything, type ShareKey, streamKey } from '../share.ts';
import { definePlatform, UnreadableError } from '../target.ts';
import { Cluster } from './connect/client.ts';
import { loginOf } from './connect/login.ts';
import { diagnose } from './diagnosis.ts';
import { kafkaProblems } from './error-codes.ts';
import type { Answers, GroupAnswers } from './fetch/answers.ts';
import { fetchAll } from './fetch/fetch.ts';
import { HeadSeeds } from './fetch/head-seeds.ts';
import { Retention } from './fetch/retention.ts';
import { Settling } from './fetch/settling.ts';
import { UsedTopics } from './fetch/used-topics.ts';
import { options } from './options.ts';
import { problemsOf } from './problems.ts';
import { readAnswers } from './read/read.ts';

/** Apache Kafka and what speaks its protocol, from 2.8 on. */
export const kafka = definePlatform({
	name: 'kafka',
	options,
	operations: [
		'connect',
		'metadata',
		'list_groups',
		'offset_fetch',
		'list_offsets',
		'describe_groups',
		'consumer_group_describe',
		'share_group_describe',
		'streams_group_describe',
		'describe_share_group_offsets',
		'describe_configs',
	],
	problems: kafkaProblems,
	groupKey: (_topic, groupId) => keyOfGroup(groupId),
	connect(given, log, pollTimeoutMs, share = everything) {
		// A hung broker then costs a third of a poll, and the others still get their answers in.
		const timeoutMs = Math.ceil(pollTimeoutMs * 0.35);
		const { sasl } = given;
		const cluster = new Cluster(given.brokers, {
			clientId: given.client_id,
			tls: tlsOptions(given.tls) ?? null,
			sasl: sasl ? loginOf(sasl, timeoutMs) : null,
			timeoutMs,
			pollTimeoutMs,
			tell: requestLog(log),
		});
		const retention = new Retention();
		const seeds = new HeadSeeds();
		const settling = new Settling();
		const used = new UsedTopics();
		const inScope = remembered((topic) => passes(given.streams, topic));
		const owned = remembered((topic) => share.owns(streamKey(topic)));
		const scope = {
			streams: (topic: string) =>
				inScope(topic) && (share.isWhole || owned(topic) || used.has(topic)),
			groups: remembered((id) => passes(given.groups, id) && share.owns(keyOfGroup(id))),
		};
		return {
			requests: cluster.requests,
			async read(signal) {
				try {
					const nowMs = performance.now();
					const wanted = {
						...scope,
						isolation: given.isolation,
						lacksGroups: (listings: Answers['listings']) => settling.lacksGroups(listings),
						learnGroups: (groups: GroupAnswers) => {
							if (!share.isWhole) used.learn(groups, nowMs);
						},
						dueConfigs: (topics: readonly string[]) => retention.due(topics, nowMs),
					};
					const answers = await fetchAll(cluster, wanted, signal);
					const problems = retention.learn(answers, nowMs);
					const connects = cluster.requests.get('connect') ?? 0;
					const isDoubtful = settling.learn(answers, connects, nowMs);
					const steps = readAnswers(answers, {
						...scope,
						detail: given.detail,
						retentionSeconds: (topic) => retention.seconds(topic),
						...(!share.isWhole && { owns: owned }),
					});
					const reading = await inTurns(steps, signal);
					return {
						...reading,
						complete: reading.complete && !isDoubtful,
						problems: [...reading.problems, ...problems],
						...(given.time_lag === 'estimated' && {
							agesByHead: true,
							headSeeds: await seeds.ask(cluster, answers, reading, signal),
						}),
					};
				} catch (error) {
					throw new UnreadableError(problemsOf(error));
				}
			},
			async diagnose(signal, tell) {
				return await diagnose({ cluster, options: given, signal, tell });
			},
			async close() {
				await cluster.close();
			},
		};
	},
});

/** What a group has committed is fetched for all its topics at once. */
function keyOfGroup(groupId: string): ShareKey {
	return ['group', groupId];
}
