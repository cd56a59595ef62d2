import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
	isBefore,
	isVersion,
	releasedChangelog,
	releasedChart,
	releasedLock,
	releasedManifest,
	unreleasedChanges,
} from '../../scripts/release-texts.ts';
import { buildOf } from '../../src/version.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('versions are those of Semantic Versioning', () => {
	for (const version of ['0.2.0', '10.20.30', '1.0.0-rc.1', '1.0.0-alpha-2.x']) {
		assert.ok(isVersion(version), version);
	}
	for (const text of ['', 'v0.2.0', '0.2', '01.2.3', '1.2.3-', '1.2.3-01', '1.2.3 ', '1.2.3\n4']) {
		assert.ok(!isVersion(text), text);
	}
});

test('versions are in the order of Semantic Versioning', () => {
	const ordered = [
		...['0.1.0', '0.9.0', '0.10.0', '1.0.0-1', '1.0.0-2', '1.0.0-10', '1.0.0-alpha'],
		...['1.0.0-alpha.1', '1.0.0-beta', '1.0.0-rc.2', '1.0.0-rc.11', '1.0.0', '1.0.1-rc.1'],
	];
	for (const [at, one] of ordered.entries()) {
		for (const [otherAt, other] of ordered.entries()) {
			assert.equal(isBefore(one, other), at < otherAt, `${one} ${other}`);
		}
	}
});

test('what is under Unreleased becomes the version, and Unreleased is empty', () => {
	const changelog =
		'# Changelog\n\n## Unreleased\n\n### Added\n\n- this\n\n## 0.1.0 - 2026-01-01\n\n- that\n';
	assert.equal(unreleasedChanges(changelog), '### Added\n\n- this');
	const released = releasedChangelog(changelog, '0.2.0', '2026-12-01');
	assert.equal(
		released,
		'# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-12-01\n\n### Added\n\n- this\n\n## 0.1.0 - 2026-01-01\n\n- that\n',
	);
	assert.equal(unreleasedChanges(released), undefined);
	assert.equal(unreleasedChanges('# Changelog\n\n## Unreleased\n\n### Added\n'), undefined);
	assert.equal(unreleasedChanges('# Changelog\n'), undefined);
});

test('the changelog is as Keep a Changelog has it', () => {
	const changelog = read('CHANGELOG.md');
	const headings = [...changelog.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading);
	assert.equal(headings[0], 'Unreleased');
	for (const heading of headings.slice(1)) {
		const [, version = ''] = /^(\S+) - \d{4}-\d\d-\d\d$/.exec(heading) ?? [];
		assert.ok(isVersion(version), heading);
	}
	for (const [, kind = ''] of changelog.matchAll(/^### (.*)$/gm)) {
		assert.match(kind, /^(Added|Changed|Deprecated|Removed|Fixed|Security)$/);
	}
});

test('nothing but the version changes in the package, its lock and the chart', () => {
	const { version } = buildOf({});
	const manifest = read('package.json');
	assert.equal(JSON.parse(releasedManifest(manifest, '9.8.7')).version, '9.8.7');
	assert.equal(releasedManifest(manifest, version), manifest);
	const lock = read('package-lock.json');
	const released = releasedLock(lock, '9.8.7');
	assert.deepEqual(
		[JSON.parse(released).version, JSON.parse(released).packages[''].version],
		['9.8.7', '9.8.7'],
	);
	assert.equal(releasedLock(lock, version), lock);
	assert.equal(
		releasedChart(
			'name: a\n# of both\nversion: 0.1.0\nappVersion: "0.1.0"\nkubeVersion: ">=1"\n',
			'9.8.7',
		),
		'name: a\n# of both\nversion: 9.8.7\nappVersion: "9.8.7"\nkubeVersion: ">=1"\n',
	);
});

test('the package and its lock have one version', () => {
	const lock = JSON.parse(read('package-lock.json'));
	const { version } = buildOf({});
	assert.deepEqual([lock.version, lock.packages[''].version], [version, version]);
});
