import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedEntry, readEntry } from '../../../../src/targets/nats/reading/entry.ts';
import { clusterConsumerPage, consumerPage } from '../recorded.ts';

type Fields = Record<string, unknown>;

/** The entry of that name on a recorded page. */
function recorded(name: string, page = consumerPage): Fields {
	const entry = JSON.parse(page).consumers.find((one: Fields) => one.name === name);
	assert.ok(entry, name);
	return entry;
}

/** The recorded consumer `pull` with a field changed, whose path has dots. */
function changed(path: string, value: unknown): Fields {
	const entry = recorded('pull');
	const names = path.split('.');
	const last = names.pop() ?? '';
	const holder = names.reduce((of, name) => {
		of[name] ??= {};
		return of[name] as Fields;
	}, entry);
	holder[last] = value;
	return entry;
}

function mistakeIn(content: unknown): string {
	try {
		readEntry(content);
	} catch (error) {
		if (error instanceof MalformedEntry) return error.message;
		throw error;
	}
	return 'none';
}

test('an entry is read as the server wrote it', () => {
	assert.deepEqual(readEntry(recorded('pull')), {
		createdMs: Date.parse('2026-11-21T13:03:13.849Z'),
		isDurable: true,
		isPush: false,
		acknowledges: true,
		deliverPolicy: 'all',
		startSequence: undefined,
		startMs: undefined,
		pendingLimit: 7,
		filters: [],
		delivered: 4,
		deliveries: 5,
		floor: 2,
		lastActiveMs: Date.parse('2026-11-21T13:03:14.158Z'),
		undelivered: 8,
		unacknowledged: 2,
		redelivered: 1,
		waiting: 0,
		isBound: false,
		isPaused: false,
		hasLeader: true,
		atMs: Date.parse('2026-11-21T13:03:14.560Z'),
	});
});

test('push, bound, paused, ephemeral and careless consumers are told apart', () => {
	const bound = readEntry(recorded('bound'));
	assert.deepEqual([bound.isPush, bound.isBound], [true, true]);
	assert.equal(readEntry(recorded('paused')).isPaused, true);
	assert.equal(readEntry(recorded('u0V17yz7')).isDurable, false);
	assert.equal(readEntry(changed('config.durable_name', '')).isDurable, false);
	assert.equal(readEntry(recorded('none')).acknowledges, false);
	assert.equal(readEntry(changed('config.deliver_subject', '')).isPush, false);
});

test('what a server may leave out is absent', () => {
	const { deliverPolicy, pendingLimit, startSequence, startMs, atMs } = readEntry({
		...recorded('pull'),
		config: { ack_policy: 'explicit' },
		ts: undefined,
	});
	const facts = [deliverPolicy, pendingLimit, startSequence, startMs, atMs];
	assert.deepEqual(
		facts,
		facts.map(() => undefined),
	);
});

test('one filter, several and none are lists', () => {
	const filters = (config: Fields) =>
		readEntry({
			...recorded('pull'),
			config: { ...(recorded('pull').config as Fields), ...config },
		}).filters;
	assert.deepEqual(filters({}), []);
	assert.deepEqual(filters({ filter_subject: 'a' }), ['a']);
	assert.deepEqual(filters({ filter_subjects: ['a', 'b'] }), ['a', 'b']);
	assert.deepEqual(filters({ filter_subject: '', filter_subjects: ['a', 'b'] }), ['a', 'b']);
});

test('a consumer of a cluster has a leader if one is named', () => {
	assert.equal(readEntry(recorded('m0', clusterConsumerPage)).hasLeader, true);
	assert.equal(readEntry(recorded('', clusterConsumerPage)).hasLeader, false);
	assert.equal(readEntry(changed('cluster.leader', '')).hasLeader, false);
});

test('the last activity is the later one of delivery and acknowledgement, if there was any', () => {
	const lastActive = (path: string, value?: string) => readEntry(changed(path, value)).lastActiveMs;
	const later = '2026-11-21T13:03:20Z';
	assert.equal(lastActive('ack_floor.last_active', later), Date.parse(later));
	assert.equal(lastActive('ack_floor.last_active'), Date.parse('2026-11-21T13:03:14.158Z'));
	assert.equal(lastActive('delivered.last_active'), Date.parse('2026-11-21T13:03:14.056Z'));
	assert.equal(readEntry(recorded('none')).lastActiveMs, undefined);
	const never = changed('delivered.last_active', '0001-01-01T00:00:00Z');
	assert.equal(readEntry({ ...never, ack_floor: never.delivered }).lastActiveMs, undefined);
});

test('what is not what it should be is named by its place, and is not quoted', () => {
	for (const [path, value, mistake] of [
		['created', undefined, 'created: no time'],
		['created', 'secret', 'created: no time'],
		['config', null, 'config: no object'],
		['config', [], 'config: no object'],
		['config.ack_policy', undefined, 'config.ack_policy: no string'],
		['config.durable_name', 5, 'config.durable_name: no string'],
		['config.deliver_subject', null, 'config.deliver_subject: no string'],
		['config.deliver_policy', 1, 'config.deliver_policy: no string'],
		['config.opt_start_seq', '5', 'config.opt_start_seq: no number'],
		['config.opt_start_time', 5, 'config.opt_start_time: no time'],
		['config.max_ack_pending', '5', 'config.max_ack_pending: no number'],
		['config.filter_subject', 5, 'config.filter_subject: no string'],
		['config.filter_subjects', 'a', 'config.filter_subjects: no array'],
		['config.filter_subjects', ['a', 5], 'config.filter_subjects: no string'],
		['delivered', 5, 'delivered: no object'],
		['delivered.stream_seq', null, 'delivered.stream_seq: no number'],
		['delivered.consumer_seq', undefined, 'delivered.consumer_seq: no number'],
		['delivered.last_active', '', 'delivered.last_active: no time'],
		['ack_floor', undefined, 'ack_floor: no object'],
		['ack_floor.stream_seq', true, 'ack_floor.stream_seq: no number'],
		['ack_floor.last_active', 'yesterday', 'ack_floor.last_active: no time'],
		['num_pending', Number.POSITIVE_INFINITY, 'num_pending: no number'],
		['num_ack_pending', undefined, 'num_ack_pending: no number'],
		['num_redelivered', undefined, 'num_redelivered: no number'],
		['num_waiting', undefined, 'num_waiting: no number'],
		['push_bound', 'yes', 'push_bound: no boolean'],
		['paused', 1, 'paused: no boolean'],
		['cluster', 'C', 'cluster: no object'],
		['cluster.leader', 5, 'cluster.leader: no string'],
		['ts', 5, 'ts: no time'],
	] as const) {
		assert.equal(mistakeIn(changed(path, value)), mistake);
	}
	for (const content of [undefined, null, 5, 'text', []]) {
		assert.equal(mistakeIn(content), 'no object');
	}
});
