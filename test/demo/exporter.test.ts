import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeFlags } from '../../demo/exporter.ts';
import { jsonWords, parseDockerfile } from '../deploy/image/dockerfile.ts';
import { read } from '../deploy/read.ts';

test('demo and benches start the exporter as the image does', () => {
	const instructions = parseDockerfile(read('Dockerfile')).flatMap((stage) => stage.instructions);
	const entrypoint = instructions.find(({ name }) => name === 'ENTRYPOINT');
	assert(entrypoint);
	assert.deepEqual(jsonWords(entrypoint).slice(1, -1), nodeFlags);
});
