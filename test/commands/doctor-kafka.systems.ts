import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PlainReading } from '../../src/model.ts';
import { type Kafka, startKafka, until } from '../brokers/index.ts';
import { type Seed, seedFor } from '../targets/kafka/seed.ts';
import { type Examined, examine, lineOf, poll } from './examine.ts';
import { blocksOf } from './least.ts';

const [least = ''] = blocksOf('kafka.md', 'Permissions');
const password = 'correct-horse';

/** What each is given of the page, its name says. */
const users = ['least', 'topicless', 'groupless', 'configless', 'nobody', 'narrow'] as const;

let broker: Kafka;
let seed: Seed;
let properties: string;

before(async () => {
	const listener = 'listener.name.plaintext';
	const known = ['admin', ...users].map((user) => `user_${user}="${password}"`).join(' ');
	broker = await startKafka({
		config: [
			'listener.security.protocol.map=PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
			'sasl.mechanism.inter.broker.protocol=PLAIN',
			'sasl.enabled.mechanisms=PLAIN',
			`${listener}.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="${password}" ${known};`,
			'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
			// The controller's listener knows no names.
			'super.users=User:admin;User:ANONYMOUS',
		],
	});
	properties = join(broker.folder, 'admin.properties');
	await writeFile(
		properties,
		`security.protocol=SASL_PLAINTEXT
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="${password}";
`,
	);
	seed = await seedFor(broker.bootstrap, {
		sasl: { mechanism: 'plain', username: 'admin', password },
	});
	await seed.topic('orders', [10]);
	await seed.topic('other', [10]);
	await seed.commit('billing', 'orders', [4]);
	await seed.commit('billing', 'other', [4]);
	await seed.commit('audit', 'orders', [4]);

	const [topics = '', groups = ''] = commandsOf(least);
	await Promise.all([
		grant(topics, 'least'),
		grant(groups, 'least'),
		grant(groups, 'topicless'),
		grant(topics, 'groupless'),
		grant(topics.replace('--operation DescribeConfigs', ''), 'configless'),
		grant(groups, 'configless'),
	]);
});

after(async () => {
	await seed?.close();
	await broker?.stop();
});

/** The commands of a text for a shell. */
function commandsOf(text: string): readonly string[] {
	return text
		.replaceAll('\\\n', ' ')
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => line.startsWith('kafka-acls.sh'));
}

/** Runs a line of kafka-acls.sh for a user. */
async function grant(command: string, user: string): Promise<void> {
	const [, ...words] = command
		.replace('kafka-1:9092', broker.bootstrap)
		.replace('User:exporter', `User:${user}`)
		.split(/\s+/);
	await broker.tool(
		broker.version.startsWith('3.')
			? 'kafka.admin.AclCommand'
			: 'org.apache.kafka.tools.AclCommand',
		...words.map((word) => word.replaceAll("'", '')),
		...['--command-config', properties],
	);
}

function target(username: string, given: object = {}) {
	return {
		name: 'orders',
		platform: 'kafka',
		brokers: [broker.bootstrap],
		sasl: { mechanism: 'plain', username, password },
		...given,
	};
}

/** What `doctor` says, as soon as the brokers know what they were told. */
async function settled(own: object, isSettled: (examined: Examined) => boolean): Promise<Examined> {
	return await until('the permissions are known', async () => {
		const examined = await examine([own]);
		return isSettled(examined) && examined;
	});
}

function lagsOf({ groups }: PlainReading): readonly string[] {
	return groups.map(({ stream, consumerGroup }) => `${stream}/${consumerGroup}`).sort();
}

function refusals({ text }: Examined): readonly string[] {
	return Array.from(text.matchAll(/REFUSED +(\S+) +(.*?):/g), ([, what, of]) => `${what} ${of}`);
}

const everything = ['orders/audit', 'orders/billing', 'other/billing'];

test('the lines of the page are enough for everything', async () => {
	const examined = await settled(target('least'), ({ isFine }) => isFine);
	assert.doesNotMatch(examined.text, /REFUSED|FAILED|not tried|grant/);
	assert.match(examined.text, /A whole poll read 2 streams and 3 consumer groups, in/);
	assert.match(examined.text, new RegExp(`allowed +connect +broker 1 \\(${broker.bootstrap}\\)`));
	assert.match(examined.text, /allowed +Metadata +the cluster: 3 topics/);
	const reading = await poll(target('least'));
	assert.deepEqual(lagsOf(reading), everything);
	assert.ok(reading.streams.every(({ retentionSeconds }) => retentionSeconds === 7 * 86_400));
});

test('without DESCRIBE on topics they are hidden, which is named with its loss', async () => {
	const isSettled = (examined: Examined) =>
		lineOf(examined, 'allowed', 'OffsetFetch') !== undefined;
	const examined = await settled(target('topicless'), isSettled);
	assert.equal(examined.isFine, false);
	const hidden = lineOf(examined, 'REFUSED', 'Metadata') ?? examined.text;
	assert.match(hidden, /no topics, which usually means that DESCRIBE on topics is missing/);
	assert.match(
		hidden,
		/missing: DESCRIBE on topics\n +lost without it: topics, and with them all lag/,
	);
	const tried = lineOf(examined, 'REFUSED', 'ListOffsets') ?? examined.text;
	assert.match(tried, /\*: TOPIC_AUTHORIZATION_FAILED \(29\)/);
	assert.match(
		examined.text,
		/\n {4}kafka-acls\.sh --bootstrap-server \S+ --add --allow-principal User:topicless --operation Describe --operation DescribeConfigs --topic '\*'\n/,
	);
	const reading = await poll(target('topicless'));
	assert.deepEqual(lagsOf(reading), []);
	assert.deepEqual(reading.streams, []);
});

test('without DESCRIBE on groups they are hidden, which is named with its loss', async () => {
	const isSettled = (examined: Examined) =>
		lineOf(examined, 'allowed', 'DescribeConfigs') !== undefined;
	const examined = await settled(target('groupless'), isSettled);
	assert.equal(examined.isFine, false);
	assert.deepEqual(refusals(examined), ['ListGroups the cluster', 'OffsetFetch *']);
	const hidden = lineOf(examined, 'REFUSED', 'ListGroups') ?? examined.text;
	assert.match(hidden, /no groups, which usually means that DESCRIBE on groups is missing/);
	assert.match(hidden, /missing: DESCRIBE on groups\n +lost without it: groups/);
	assert.match(examined.text, /\*: GROUP_AUTHORIZATION_FAILED \(30\)/);
	const reading = await poll(target('groupless'));
	assert.deepEqual(lagsOf(reading), []);
	assert.equal(reading.streams.length, 2);
	// What is told to be run grants it.
	const [command = ''] = commandsOf(examined.text);
	assert.match(command, /--operation Describe --group '\*'$/);
	await grant(command, 'groupless');
	await settled(target('groupless'), ({ isFine }) => isFine);
});

test('without DESCRIBE_CONFIGS retention alone is lost, and named', async () => {
	const isSettled = (examined: Examined) => refusals(examined).length === 1;
	const examined = await settled(target('configless'), isSettled);
	assert.equal(examined.isFine, false);
	const refused = lineOf(examined, 'REFUSED', 'DescribeConfigs') ?? examined.text;
	assert.match(
		refused,
		/missing: DESCRIBE_CONFIGS on topics\n +lost without it: stream_retention_seconds/,
	);
	const reading = await poll(target('configless'));
	assert.deepEqual(lagsOf(reading), everything);
	assert.ok(reading.streams.every(({ retentionSeconds }) => retentionSeconds === undefined));
});

test('a user who may do nothing is told all that is missing', async () => {
	const examined = await examine([target('nobody')]);
	assert.equal(examined.isFine, false);
	assert.deepEqual(refusals(examined), [
		'Metadata the cluster',
		'ListOffsets *',
		'ListGroups the cluster',
		'OffsetFetch *',
		'DescribeConfigs *',
		'Metadata __consumer_offsets',
	]);
	assert.equal(commandsOf(examined.text).length, 2);
	assert.match(examined.text, /nothing_visible/);
});

test('permissions for a prefix are tried, and granted, where the configuration has it', async () => {
	const scope = { streams: { include: ['ord*'] }, groups: { include: ['billing'] } };
	const own = target('narrow', scope);
	const examined = await examine([own]);
	const commands = commandsOf(examined.text);
	assert.deepEqual(
		commands.map((command) => /--operation.*/.exec(command)?.[0]),
		[
			'--operation Describe --operation DescribeConfigs --topic ord --resource-pattern-type prefixed',
			'--operation Describe --topic __consumer_offsets',
			'--operation Describe --group billing',
		],
	);
	const [prefix = '', offsets = '', groups = ''] = commands;
	await Promise.all([grant(prefix, 'narrow'), grant(groups, 'narrow')]);
	const alone = await settled(own, (seen) => refusals(seen).length === 1);
	assert.match(
		lineOf(alone, 'REFUSED', 'Metadata') ?? alone.text,
		/__consumer_offsets: .*\n +missing: DESCRIBE on the topic __consumer_offsets\n +lost without it: .*coordinator is down/,
	);
	assert.deepEqual(lagsOf(await poll(own)), ['orders/billing']);
	await grant(offsets, 'narrow');
	await settled(own, ({ isFine }) => isFine);
	// What the user may see is less than what the configuration wants then.
	const wide = await examine([target('narrow')]);
	assert.deepEqual(refusals(wide), ['ListOffsets *', 'OffsetFetch *', 'DescribeConfigs *']);
});

test('a wrong password is told, and never shown', async () => {
	const sasl = { mechanism: 'plain', username: 'least', password: 'sesame-street' };
	const { isFine, text } = await examine([target('least', { sasl })]);
	assert.equal(isFine, false);
	assert.match(text, /FAILED {7}connect {2}127\.0\.0\.1:\d+: .*Authentication failed.*check sasl/);
	assert.ok(!text.includes('sesame-street'));
});
