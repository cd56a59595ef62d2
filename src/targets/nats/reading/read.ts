import type { Group, PlainReading, Stream, Unread } from '../../../model.ts';
import type { ConsumerShare } from '../consumer-share.ts';
import { type Finding, problemsOf } from '../findings.ts';
import type { Beside } from './consumer.ts';
import { type ConsumersListed, type Listed, readConsumers } from './consumers.ts';
import type { StreamLog, StreamsRead } from './streams.ts';

/** The server's number for a stream that does not exist. */
export const streamNotFound = 10059;

/** Everything that one poll was told. */
export interface Told {
	readonly version: string;
	readonly streams: StreamsRead;
	/** Of the streams that are still there. */
	readonly consumers: readonly ConsumersListed[];
	/** Streams that were deleted after they were listed. */
	readonly gone: ReadonlySet<string>;
	/** What is known of a consumer otherwise. */
	readonly beside: (stream: string, consumer: Listed, log: StreamLog) => Beside;
	/** What went wrong besides. */
	readonly findings: readonly Finding[];
	readonly share: Pick<ConsumerShare, 'isWhole' | 'ownsStream'>;
}

/** Makes a reading of what was told; yields wherever it may be interrupted. */
export function* readAnswers(told: Told): Generator<void, PlainReading> {
	const { streams, findings, unread, complete } = told.streams;
	const groups: Group[] = [];
	const allUnread: Unread[] = [...unread];
	const allFindings: Finding[] = [...findings];
	for (const listed of told.consumers) {
		const log = streams.get(listed.stream)?.log;
		if (log === undefined) continue;
		const read = yield* readConsumers(listed, (consumer) =>
			told.beside(listed.stream, consumer, log),
		);
		for (const group of read.groups) groups.push(group);
		for (const one of listed.unread) allUnread.push(one);
		for (const finding of read.findings) allFindings.push(finding);
		for (const finding of listed.findings) allFindings.push(finding);
	}
	allFindings.push(...told.findings);
	return {
		version: told.version,
		streams: recordsOf(told),
		groups,
		unread: allUnread,
		complete: complete && told.consumers.every((listed) => listed.complete),
		problems: problemsOf(allFindings),
		partitionDetail: false,
	};
}

/** The streams that are still there; those of others too, for they are told in one listing. */
function recordsOf({ streams: { streams }, gone, consumers, share }: Told): readonly Stream[] {
	const there = [...streams].filter(([name]) => !gone.has(name));
	if (share.isWhole) return there.map(([, { record }]) => record);
	const listed = new Map(consumers.map((listing) => [listing.stream, listing]));
	return there.map(([name, { record }]) => {
		const exported = !share.ownsStream(record.name);
		const { complete = false, elsewhere: groups } = listed.get(name) ?? {};
		const elsewhere = complete && groups !== undefined ? { exported, groups } : { exported };
		const { name: shown, ...facts } = record;
		return { name: shown, ...facts, elsewhere };
	});
}
