import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { copyProject } from '../package/packed.ts';

let folder: string;
/** A repository of its own, with the project as it stands here in one commit. */
let clone: string;
let first: string;

const chart = 'deploy/helm/stream-lag-exporter/Chart.yaml';
const changelog = `# Changelog

## Unreleased

### Added

- this

## 0.0.1 - 2026-01-01

- that
`;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-test-'));
	clone = join(folder, 'clone');
	await copyProject(clone);
	writeFileSync(join(clone, 'CHANGELOG.md'), changelog);
	mkdirSync(dirname(join(clone, chart)), { recursive: true });
	writeFileSync(join(clone, chart), 'version: 0.1.0\nappVersion: "0.1.0"\n');
	git('init', '--quiet', '--initial-branch=main');
	git('config', 'user.name', 'test');
	git('config', 'user.email', 'test@example.com');
	git('config', 'commit.gpgsign', 'false');
	git('config', 'tag.gpgsign', 'false');
	git('add', '--all');
	git('commit', '--quiet', '--message=all of it');
	first = git('rev-parse', 'HEAD');
});

after(async () => {
	if (folder) await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
	git('reset', '--quiet', '--hard', first);
	git('clean', '--quiet', '-d', '--force');
	for (const tag of git('tag').split('\n').filter(Boolean)) git('tag', '--delete', tag);
});

function git(...args: string[]): string {
	const { status, stdout, stderr } = spawnSync('git', args, {
		cwd: clone,
		encoding: 'utf8',
	});
	assert.equal(status, 0, stderr);
	return stdout.trim();
}

function release(...args: string[]) {
	const { status, stdout, stderr } = spawnSync(
		'npm',
		['run', '--silent', 'release', '--', ...args],
		{
			cwd: clone,
			encoding: 'utf8',
		},
	);
	return { status, stdout, stderr };
}

function text(path: string): string {
	return readFileSync(join(clone, path), 'utf8');
}

test('a release is one commit with its version everywhere, and a tag that says what it brings', () => {
	const { status, stdout, stderr } = release('77.0.0');
	assert.equal(status, 0, stderr);

	assert.equal(git('status', '--porcelain'), '');
	assert.equal(git('log', '--format=%s'), 'release: 77.0.0\nall of it');
	assert.equal(git('rev-parse', 'v77.0.0^{commit}'), git('rev-parse', 'HEAD'));
	assert.equal(git('cat-file', '-t', 'v77.0.0'), 'tag');
	assert.match(
		git('tag', '--list', '--format=%(contents)', 'v77.0.0'),
		/^77\.0\.0\n\n### Added\n\n- this$/,
	);
	assert.deepEqual(git('diff', '--name-only', first, 'HEAD').split('\n'), [
		'CHANGELOG.md',
		chart,
		'package-lock.json',
		'package.json',
	]);

	assert.equal(JSON.parse(text('package.json')).version, '77.0.0');
	assert.equal(JSON.parse(text('package-lock.json')).packages[''].version, '77.0.0');
	assert.equal(text(chart), 'version: 77.0.0\nappVersion: "77.0.0"\n');
	assert.match(
		text('CHANGELOG.md'),
		/^## Unreleased\n\n## 77\.0\.0 - \d{4}-\d\d-\d\d\n\n### Added$/m,
	);
	assert.equal(text('CHANGELOG.md').replace(/^## 77\.0\.0 - .*\n\n/m, ''), changelog);

	assert.match(stdout, /^ {2}git push origin main v77\.0\.0$/m);
	// As it says itself.
	const [, back = ''] = /take it back before that:\n\n {2}(.*)$/m.exec(stdout) ?? [];
	assert.equal(spawnSync('sh', ['-ec', back], { cwd: clone }).status, 0);
	assert.equal(git('rev-parse', 'HEAD'), first);
	assert.equal(git('tag'), '');
});

test('what is generated is made anew, and goes into the commit', () => {
	writeFileSync(join(clone, 'docs/metrics.md'), 'old\n');
	git('commit', '--quiet', '--all', '--message=an old page');
	assert.equal(release('77.0.0').status, 0);
	assert.match(text('docs/metrics.md'), /^# Metrics\n/);
	assert.equal(git('status', '--porcelain'), '');
});

const refusals: readonly (readonly [
	what: string,
	prepare: () => void,
	args: readonly string[],
	message: RegExp,
])[] = [
	['no version', () => {}, [], /^usage: npm run release -- VERSION/],
	['two versions', () => {}, ['1.0.0', '2.0.0'], /^usage: /],
	['a version with a v', () => {}, ['v77.0.0'], /^"v77\.0\.0" is not a version: without the v$/m],
	['half a version', () => {}, ['77.0'], /^"77\.0" is not a version, such as 0\.2\.0$/m],
	['an older version', () => {}, ['0.0.1'], /is there already, and 0\.0\.1 comes before it$/m],
	[
		'a tag that is there',
		() => git('tag', 'v77.0.0'),
		['77.0.0'],
		/^the tag v77\.0\.0 is there already$/m,
	],
	[
		'a file that nobody committed',
		() => writeFileSync(join(clone, 'left.txt'), 'left'),
		['77.0.0'],
		/^there is something that is not committed:\n\?\? left\.txt$/m,
	],
	[
		'a changelog that says nothing of it',
		() => {
			writeFileSync(join(clone, 'CHANGELOG.md'), changelog.replace('- this\n', ''));
			git('commit', '--quiet', '--all', '--message=empty');
		},
		['77.0.0'],
		/^CHANGELOG\.md: there is nothing under Unreleased/,
	],
];
for (const [what, prepare, args, message] of refusals) {
	test(`${what}: it is refused, and nothing is changed`, () => {
		prepare();
		const before = [git('rev-parse', 'HEAD'), git('status', '--porcelain'), git('tag')];
		const { status, stdout, stderr } = release(...args);
		assert.equal(status, 1);
		assert.equal(stdout, '');
		assert.match(stderr, message);
		const after = [git('rev-parse', 'HEAD'), git('status', '--porcelain'), git('tag')];
		assert.deepEqual(after, before);
	});
}
