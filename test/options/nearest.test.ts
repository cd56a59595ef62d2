import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../src/options/nearest.ts';

const known = [
	'brokers',
	'client_id',
	'discovery_interval',
	'groups',
	'name',
	'sasl',
	'streams',
	'url',
];

for (const [written, meant] of [
	['broker', 'brokers'],
	['borkers', 'brokers'],
	['clientId', 'client_id'],
	['client-id', 'client_id'],
	['discoveryInterval', 'discovery_interval'],
	['Group', 'groups'],
	['nmae', 'name'],
	['uri', 'url'],
	['stream', 'streams'],
	['colour', undefined],
	['tls', undefined],
	['', undefined],
	['x'.repeat(10_000), undefined],
] as const) {
	test(`${written.slice(0, 20)} suggests ${meant ?? 'nothing'}`, () => {
		assert.equal(nearest(written, known), meant);
	});
}
