import assert from 'node:assert/strict';
import type { Reading } from '../src/model.ts';
import { atOnce } from '../src/steps.ts';
import { consumerShare } from '../src/targets/nats/consumer-share.ts';
import { Failure } from '../src/targets/nats/failure.ts';
import { pickConsumers } from '../src/targets/nats/reading/consumers.ts';
import { listAll } from '../src/targets/nats/reading/listing.ts';
import { type Listed, parsePage } from '../src/targets/nats/reading/page.ts';
import { readAnswers } from '../src/targets/nats/reading/read.ts';
import { readStreams } from '../src/targets/nats/reading/streams.ts';
import { everything } from '../src/targets/share.ts';
import type { Chance } from '../test/random.ts';
import * as recorded from '../test/targets/nats/recorded.ts';
import { scope } from '../test/targets/nats/scope.ts';
import { Chain } from './chain.ts';
import { mutatedBytes, mutatedTree } from './mutators.ts';
import type { Part } from './part.ts';

const nastyLeaves: readonly unknown[] = [
	...[null, true, [], {}, '', '\u0000\u001b[31m"\\\n', '\ud800', 'x'.repeat(300), '__proto__'],
	...[0, -1, 0.5, 2 ** 53, 2 ** 63, 1e308, -1e308, 1e-320],
	...['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-13-45T99:99:99Z', 'not a time'],
];

/** Pages of a real server, changed: what is made of them keeps the laws, or is a failure. */
export function natsPart(): Part {
	const chain = new Chain("platform: nats, servers: ['nats://127.0.0.1']");
	const streams = [recorded.streamPage, recorded.clusterStreamPage];
	const consumers = [recorded.consumerPage, recorded.clusterConsumerPage, recorded.streamNotFound];
	return {
		async try(chance, note) {
			const before = { streams: recorded.streamPage, consumers: recorded.consumerPage };
			const after = {
				streams: changed(chance.oneOf(streams), chance),
				consumers: changed(chance.oneOf(consumers), chance),
			};
			note(JSON.stringify(after));
			const readings: Reading[] = [];
			for (const pages of [before, after, before]) {
				const reading = await readPages(pages);
				if (reading) readings.push(reading);
			}
			await chain.check(readings);
		},
	};
}

/** One time in five its bytes, else what they mean. */
function changed(page: string, chance: Chance): string {
	if (chance.below(5) === 0) return mutatedBytes(Buffer.from(page), chance).toString('latin1');
	const tree = mutatedTree(JSON.parse(page), chance, () => chance.oneOf(nastyLeaves));
	return JSON.stringify(tree) ?? '';
}

/** What one poll makes of a page of streams, and of a page of consumers for each. Absent: the poll has failed. */
export async function readPages(pages: {
	readonly streams: string;
	readonly consumers: string;
}): Promise<Reading | undefined> {
	const list = (page: string, listed: Listed) => {
		let pages = 0;
		return listAll(async () => {
			pages += 1;
			// A server that promises ever more is left to the poll's deadline.
			if (pages > 20) throw new Failure('timeout', 'the poll is over');
			return parsePage(Buffer.from(page), listed);
		});
	};
	const listing = await list(pages.streams, 'streams');
	if (listing.failure) assert.ok(listing.failure instanceof Failure);
	if (listing.failure && listing.entries.size === 0 && listing.missing.size === 0) return undefined;
	const streams = atOnce(readStreams(listing, '$JS.API.STREAM.LIST', scope(), 1_790_000_000_000));
	const consumers = [];
	for (const stream of streams.streams.keys()) {
		const wanted = { scope: scope(), ephemeral: 'rollup', owns: () => true } as const;
		const listed = await list(pages.consumers, 'consumers');
		consumers.push(atOnce(pickConsumers(stream, listed, 'x', wanted)));
	}
	return atOnce(
		readAnswers({
			version: '2.15.1',
			share: consumerShare(everything),
			streams,
			consumers,
			gone: new Set(),
			beside: (_stream, _consumer, log) => ({ log, ages: {} }),
			findings: [],
		}),
	);
}
