import type { Partitions, Problem, Unread } from '../../../model.ts';
import { nameOfCode, problemOfCode } from '../error-codes.ts';
import type { Answers } from '../fetch/answers.ts';
import { addTo } from '../lists.ts';
import { fewOf } from '../problems.ts';
import { nameOf } from '../protocol/metadata.ts';

/** What is wrong with groups' offsets: told once a topic, however many groups it concerns. */
export class Troubles {
	readonly #refused = new Map<number, string[]>();
	readonly #gone = new Map<string, string[]>();
	readonly #beyond = new Map<string, { groups: string[]; partitions: Set<number> }>();

	readonly #absenceIsSure: boolean;
	readonly #topics: ReadonlySet<string>;

	constructor({ metadata, absenceIsSure }: Pick<Answers, 'metadata' | 'absenceIsSure'>) {
		this.#absenceIsSure = absenceIsSure;
		this.#topics = new Set(metadata.topics.map(nameOf));
	}

	/** A group's offsets were refused. */
	refused(groupId: string, code: number): void {
		addTo(this.#refused, code, groupId);
	}

	/**
	 * A group has offsets on a topic that cannot be read. Only a topic that the metadata lacks is gone:
	 * what else may be wrong with it is told with the topic itself.
	 */
	topicMissing(groupId: string, topic: string, unread: Unread[]): void {
		if (this.#topics.has(topic)) return;
		if (this.#absenceIsSure) addTo(this.#gone, topic, groupId);
		else unread.push({ stream: topic, consumerGroup: groupId, reason: 'not_read' });
	}

	/** Takes note of commits beyond the end. */
	beyondEnd(groupId: string, topic: string, { ids, end, committed }: Partitions): void {
		for (let row = 0; row < ids.length; row++) {
			if (!((committed?.[row] as number) > (end[row] as number))) continue;
			const known = this.#beyond.get(topic) ?? { groups: [], partitions: new Set() };
			this.#beyond.set(topic, known);
			if (known.groups.at(-1) !== groupId) known.groups.push(groupId);
			known.partitions.add(ids[row] as number);
		}
	}

	*problems(): Iterable<Problem> {
		for (const [code, groups] of this.#refused) {
			yield {
				code: problemOfCode(code),
				operation: 'offset_fetch',
				...(groups.length === 1 && { subject: groups[0] as string }),
				message: `the offsets of groups cannot be read (${fewOf(groups)}): ${nameOfCode(code)}`,
			};
		}
		for (const [topic, groups] of this.#gone) {
			yield {
				code: 'topic_gone',
				operation: 'offset_fetch',
				subject: topic,
				message: `groups have committed offsets on topic ${topic}, which does not exist: ${fewOf(groups)}`,
			};
		}
		for (const [topic, { groups, partitions }] of this.#beyond) {
			yield {
				code: 'commit_beyond_end',
				operation: 'offset_fetch',
				subject: topic,
				message: `groups have committed beyond the end of topic ${topic}, partitions ${fewOf([...partitions])}: the topic was recreated or truncated, and the lag is unknown until a commit fits again (${fewOf(groups)})`,
			};
		}
	}
}
