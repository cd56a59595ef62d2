import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiVersions } from '../../../src/targets/kafka/protocol/api-versions.ts';
import { consumerGroupDescribe } from '../../../src/targets/kafka/protocol/consumer-group-describe.ts';
import { describeConfigs } from '../../../src/targets/kafka/protocol/describe-configs.ts';
import { describeGroups } from '../../../src/targets/kafka/protocol/describe-groups.ts';
import { listGroups } from '../../../src/targets/kafka/protocol/list-groups.ts';
import { listOffsets } from '../../../src/targets/kafka/protocol/list-offsets.ts';
import { metadata } from '../../../src/targets/kafka/protocol/metadata.ts';
import { offsetFetch } from '../../../src/targets/kafka/protocol/offset-fetch.ts';
import type { Request } from '../../../src/targets/kafka/protocol/request.ts';
import { shareGroupDescribe } from '../../../src/targets/kafka/protocol/share-group-describe.ts';
import { describeShareGroupOffsets } from '../../../src/targets/kafka/protocol/share-group-offsets.ts';
import { streamsGroupDescribe } from '../../../src/targets/kafka/protocol/streams-group-describe.ts';

/** What a real broker was asked and answered, written by record.ts. */
export interface Exchange {
	readonly key: number;
	readonly version: number;
	/** In hex, from the tagged fields of the header on. */
	readonly request: string;
	/** In hex, from the end of the correlation id on. */
	readonly answer: string;
}

const folder = join(import.meta.dirname, 'fixtures', 'recorded');

/** All recordings, by the version of the broker. */
export const recorded: ReadonlyMap<string, readonly Exchange[]> = new Map(
	readdirSync(folder).map((file) => [
		file.replace(/\.json$/, ''),
		JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly Exchange[],
	]),
);

const requests: readonly Request<never, unknown>[] = [
	apiVersions,
	consumerGroupDescribe,
	describeConfigs,
	describeGroups,
	describeShareGroupOffsets,
	listGroups,
	listOffsets,
	metadata,
	offsetFetch,
	shareGroupDescribe,
	streamsGroupDescribe,
];

/** The request that an exchange is of. */
export function requestOf({ key }: Pick<Exchange, 'key'>): Request<never, unknown> {
	const request = requests.find((one) => one.key === key);
	if (!request) throw new Error(`no request has the key ${key}`);
	return request;
}
