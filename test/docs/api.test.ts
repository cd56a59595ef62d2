import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { consumersAnswer, targetsAnswer } from '../../src/http/api/schema.ts';
import { sortColumns } from '../../src/http/consumers/columns.ts';
import { consumersQuerySchema } from '../../src/http/consumers/query.ts';
import { read } from '../deploy/read.ts';
import { get } from '../http/site.ts';
import { consumer } from '../metrics/records.ts';

const page = read('docs/api.md');

test('docs/api.md names every parameter, every column and every key', () => {
	const { properties } = consumersAnswer[200].properties.consumers.items;
	const names = [
		...Object.keys(consumersQuerySchema.properties),
		...sortColumns,
		...Object.keys(properties),
		...Object.keys(properties.partitions.items.properties),
		...Object.keys(targetsAnswer[200].properties.targets.items.properties),
	];
	assert.deepEqual(
		names.filter((name) => !page.includes(`\`${name}\``)),
		[],
	);
});

const asked = [...page.matchAll(/^curl '([^']*)'$/gm)].map(([, url = '']) => new URL(url));
const mistaken = '/api/v1/consumers?consumer_grup=billing';

test('every request of docs/api.md is answered as it says', async () => {
	assert.equal(asked.length, 6);
	for (const { pathname, search } of asked) {
		const path = `${pathname}${search}`;
		assert.equal((await get(path)).statusCode, path === mistaken ? 400 : 200, path);
	}
	const { error } = (await get(mistaken)).json();
	assert.ok(page.includes(JSON.stringify(error)));
	assert.equal(
		(await get('/?search=orders&platform=kafka&status=stalled&sort=lag')).statusCode,
		200,
	);
});

test('the trigger for KEDA finds the lag of the group, and no number where there is none', async () => {
	const { spec } = parse(read('deploy/kubernetes/scaled-object.yaml'));
	const { url, valueLocation } = spec.triggers[0].metadata;
	const { pathname, search } = new URL(url);
	const billing = { target: 'orders', stream: 'orders', consumerGroup: 'billing' };
	const value = async (lag?: number) => {
		const consumers = [consumer({ ...billing, ...(lag !== undefined && { lag }) })];
		const answer = (await get(`${pathname}${search}`, { consumers })).json();
		return valueLocation.split('.').reduce((at: never, key: string) => at?.[key], answer);
	};
	assert.equal(await value(77), 77);
	assert.equal(await value(), undefined);
});
