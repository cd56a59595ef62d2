import type { TopicConfigs } from '../protocol/describe-configs.ts';
import type { GroupDescription } from '../protocol/group-description.ts';
import type { ListGroupsAnswer } from '../protocol/list-groups.ts';
import type { FoundOffsets, Topics } from '../protocol/list-offsets.ts';
import type { MetadataAnswer } from '../protocol/metadata.ts';
import type { GroupOffsets } from '../protocol/offset-fetch.ts';
import type { ShareGroupOffsets } from '../protocol/share-group-offsets.ts';
import type { Leg } from './legs.ts';

/** Which topics and groups are read. A topic can come in when its groups have answered. */
export interface Scope {
	streams(topic: string): boolean;
	groups(groupId: string): boolean;
}

/** Groups of one type that one broker coordinates. */
export interface GroupBatch {
	readonly node: number;
	/** As listed, in lower case; null where brokers do not tell it. */
	readonly type: string | null;
	readonly groupIds: readonly string[];
}

/** Partitions that one broker leads. */
export interface PartitionBatch {
	readonly node: number;
	readonly topics: Topics;
}

/** What coordinators told of their groups. */
export interface GroupAnswers {
	readonly offsets: readonly Leg<GroupBatch, readonly GroupOffsets[]>[];
	readonly shareOffsets: readonly Leg<GroupBatch, readonly ShareGroupOffsets[]>[];
	readonly descriptions: readonly Leg<GroupBatch, readonly GroupDescription[]>[];
}

/** What leaders told of their partitions. */
export interface PartitionAnswers {
	readonly ends: readonly Leg<PartitionBatch, FoundOffsets>[];
	readonly starts: readonly Leg<PartitionBatch, FoundOffsets>[];
}

/**
 * Everything that the brokers answered in one poll. Of what was asked twice, because it had moved to
 * another broker, the later answer counts.
 */
export interface Answers extends GroupAnswers, PartitionAnswers {
	readonly metadata: MetadataAnswer;
	/** Whether a topic with commits that the metadata lacks is gone: it was asked for after them. */
	readonly absenceIsSure: boolean;
	readonly listings: readonly Leg<number, ListGroupsAnswer>[];
	/**
	 * With `isolation: read_committed`: the ends with open transactions, of partitions on which some
	 * group has committed beyond the end without them.
	 */
	readonly watermarks: readonly Leg<PartitionBatch, FoundOffsets>[];
	readonly configs: readonly Leg<readonly string[], readonly TopicConfigs[]>[];
}
