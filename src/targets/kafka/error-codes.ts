/** Kafka's error codes that these requests can answer (org.apache.kafka.common.protocol.Errors). */
export const errorCode = {
	none: 0,
	unknownTopicOrPartition: 3,
	leaderNotAvailable: 5,
	notLeaderOrFollower: 6,
	coordinatorLoadInProgress: 14,
	coordinatorNotAvailable: 15,
	notCoordinator: 16,
	topicAuthorizationFailed: 29,
	groupAuthorizationFailed: 30,
	clusterAuthorizationFailed: 31,
	groupIdNotFound: 69,
	fencedLeaderEpoch: 74,
	unknownLeaderEpoch: 75,
	offsetNotAvailable: 78,
} as const;

const names = new Map<number, string>(
	Object.entries(errorCode).map(([name, code]) => [
		code,
		name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
	]),
);

/** `NOT_COORDINATOR (16)`; codes without a name here are told as their number. */
export function nameOfCode(code: number): string {
	const name = names.get(code);
	return name === undefined ? `error ${code}` : `${name} (${code})`;
}

const problemCodes = new Map<number, KafkaProblem>([
	// Told of what the metadata has: whoever was asked does not know it yet, or not any more.
	[errorCode.unknownTopicOrPartition, 'no_leader'],
	[errorCode.leaderNotAvailable, 'no_leader'],
	[errorCode.notLeaderOrFollower, 'no_leader'],
	[errorCode.fencedLeaderEpoch, 'no_leader'],
	[errorCode.unknownLeaderEpoch, 'no_leader'],
	[errorCode.offsetNotAvailable, 'no_leader'],
	[errorCode.coordinatorLoadInProgress, 'coordinator_unavailable'],
	[errorCode.coordinatorNotAvailable, 'coordinator_unavailable'],
	[errorCode.notCoordinator, 'coordinator_unavailable'],
	[errorCode.topicAuthorizationFailed, 'not_authorized'],
	[errorCode.groupAuthorizationFailed, 'not_authorized'],
	[errorCode.clusterAuthorizationFailed, 'not_authorized'],
]);

/** Whether a partition has another leader than the one that was asked, or may have, or is gone. */
export function isLeaderError(code: number): boolean {
	return problemCodes.get(code) === 'no_leader';
}

/** The codes of `stream_target_problems_total` on this platform. */
export const kafkaProblems = [
	'unreachable',
	'timeout',
	'connection_lost',
	'auth_failed',
	'tls_failed',
	'protocol_error',
	'unsupported',
	'throttled',
	'not_authorized',
	'nothing_visible',
	'no_leader',
	'coordinator_unavailable',
	'topic_gone',
	'commit_beyond_end',
	'broker_error',
] as const;

export type KafkaProblem = (typeof kafkaProblems)[number];

/** What kind of problem an error code of a broker is. */
export function problemOfCode(code: number): KafkaProblem {
	return problemCodes.get(code) ?? 'broker_error';
}
