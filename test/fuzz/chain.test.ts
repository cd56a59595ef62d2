import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Chain } from '../../fuzz/chain.ts';
import { readPages } from '../../fuzz/nats.ts';
import * as recorded from '../targets/nats/recorded.ts';

const chain = new Chain("platform: nats, servers: ['nats://127.0.0.1']");

async function reading() {
	const pages = { streams: recorded.streamPage, consumers: recorded.consumerPage };
	const read = await readPages(pages);
	assert.ok(read);
	return read;
}

test('what a real server told keeps the laws', async () => {
	await chain.check([await reading(), await reading()]);
});

test('a lag below zero is found', async () => {
	const { groups, ...rest } = await reading();
	const wrong = Array.from(groups, (group) => ({
		...group,
		lag: { messages: -1, uncertainty: 0 },
	}));
	await assert.rejects(chain.check([{ ...rest, groups: wrong }]), /stream_consumer_lag\{.* -1/);
});

test('a problem with a code that the platform has not is found', async () => {
	const problems = [{ code: 'made_up', operation: 'stream_list', message: 'x' }];
	await assert.rejects(chain.check([{ ...(await reading()), problems }]), /made_up/);
});
