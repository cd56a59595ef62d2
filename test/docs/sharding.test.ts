import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { parseArguments } from '../../src/arguments.ts';
import { platforms } from '../../src/targets/index.ts';
import { streamKey } from '../../src/targets/share.ts';

const text = readFileSync(new URL('../../docs/sharding.md', import.meta.url), 'utf8');

test('the StatefulSet has each of its shards twice', () => {
	const [, yaml = ''] = /^```yaml\n(apiVersion: apps.*?)^```$/ms.exec(text) ?? [];
	const { kind, metadata, spec } = parse(yaml);
	assert.equal(kind, 'StatefulSet');
	const [container] = spec.template.spec.containers;
	const shards = Array.from({ length: spec.replicas }, (_, ordinal) => {
		const words = container.args.map((word: string) =>
			word.replace('$(POD_NAME)', `${metadata.name}-${ordinal}`),
		);
		const invocation = parseArguments(words, false);
		assert.equal(invocation.command, 'serve');
		return invocation.shard;
	});
	assert.deepEqual(
		shards.map((shard) => [shard?.index, shard?.count]),
		[0, 1, 2, 0, 1, 2].map((index) => [index, 3]),
	);
});

test('the keys are those that are hashed', () => {
	const shown = (key: readonly string[]) => `\`${JSON.stringify(['<target>', ...key])}\``;
	const keyOf = (name: string, stream: string, group: string) =>
		platforms.find((platform) => platform.name === name)?.groupKey(stream, group) ?? [];
	assert.ok(text.includes(shown(streamKey('<stream>'))));
	assert.ok(text.includes(shown(keyOf('kafka', '', '<group id>'))));
	assert.ok(text.includes(shown(keyOf('nats', '<stream>', '<consumer>'))));
	assert.deepEqual(keyOf('redis', '<stream>', '<group>'), streamKey('<stream>'));
});
