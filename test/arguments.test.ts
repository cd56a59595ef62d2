import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments, UsageError } from '../src/arguments.ts';
import { commandNames, commands, usage } from '../src/usage.ts';

const log = { level: 'info', format: 'json' };
const serve = {
	command: 'serve',
	configFile: undefined,
	log,
	listenAddresses: [{ host: undefined, port: 10977 }],
	telemetryPath: '/metrics',
	enableLifecycle: false,
	webConfigFile: undefined,
	shard: undefined,
};
const once = {
	command: 'once',
	configFile: undefined,
	log,
	output: 'table',
	target: undefined,
	shard: undefined,
};

const good: readonly (readonly [words: string, expected: object])[] = [
	['', serve],
	['serve', serve],
	['--config.file=a.yaml', { ...serve, configFile: 'a.yaml' }],
	['--config.file a.yaml', { ...serve, configFile: 'a.yaml' }],
	[
		'--web.listen-address=127.0.0.1:1 --web.listen-address=[::1]:2',
		{
			...serve,
			listenAddresses: [
				{ host: '127.0.0.1', port: 1 },
				{ host: '::1', port: 2 },
			],
		},
	],
	['serve --web.enable-lifecycle', { ...serve, enableLifecycle: true }],
	['--web.config.file=web.yaml', { ...serve, webConfigFile: 'web.yaml' }],
	['serve --web.telemetry-path=/lag', { ...serve, telemetryPath: '/lag' }],
	[
		'--log.level=debug --log.format=pretty',
		{ ...serve, log: { level: 'debug', format: 'pretty' } },
	],
	['once', once],
	['--shard.count=3 --shard.index=1', { ...serve, shard: { index: 1, count: 3 } }],
	['once --shard.count 3 --shard.index lag-4', { ...once, shard: { index: 1, count: 3 } }],
	['--target=cache once --output json', { ...once, output: 'json', target: 'cache' }],
	['health', { command: 'health', url: undefined }],
	['health --url=https://lag:1', { command: 'health', url: 'https://lag:1' }],
	['check-config', { command: 'check-config', configFile: undefined }],
	['--config.file a=b.yaml check-config', { command: 'check-config', configFile: 'a=b.yaml' }],
	['check-config --config.file=-x', { command: 'check-config', configFile: '-x' }],
	['doctor', { command: 'doctor', configFile: undefined, log, target: undefined }],
	['doctor --target=cache', { command: 'doctor', configFile: undefined, log, target: 'cache' }],
	['doctor --help', { command: 'help', about: 'doctor' }],
	['--help', { command: 'help', about: undefined }],
	['-h', { command: 'help', about: undefined }],
	['once --help', { command: 'help', about: 'once' }],
	...['', ...commandNames].map((name) => [`${name} --version`, { command: 'version' }] as const),
];

for (const [words, expected] of good) {
	test(`"${words}" is understood`, () => {
		assert.deepEqual(parseArguments(words.split(' ').filter(Boolean), false), expected);
	});
}

test('on a terminal the log is for people', () => {
	const invocation = parseArguments([], true);
	assert.ok(invocation.command === 'serve' && invocation.log.format === 'pretty');
});

for (const name of commandNames) {
	test(`the help of ${name} names each of its flags, and the overview names ${name}`, () => {
		for (const { name: flag } of commands[name].flags) {
			assert.match(usage(name), new RegExp(`\\s--${flag}[=\\s]`));
		}
		assert.match(usage(undefined), new RegExp(`^ {2}${name} `, 'm'));
	});
}

const bad: readonly (readonly [words: string, message: string])[] = [
	['serv', 'unknown command "serv": did you mean serve?'],
	['check_config', 'unknown command "check_config": did you mean check-config?'],
	['docter', 'unknown command "docter": did you mean doctor?'],
	['doctor --output=json', '--output is a flag of once, not of doctor'],
	['frobnicate', `unknown command "frobnicate": there are ${commandNames.join(', ')}`],
	['serve once', 'unexpected argument "once"'],
	['--config.fil=x', 'unknown flag --config.fil: did you mean --config.file?'],
	['--log-level=info', 'unknown flag --log-level: did you mean --log.level?'],
	['--nonsense', 'unknown flag --nonsense'],
	['-v', 'unknown flag -v'],
	['-config.file=x', 'unknown flag -config.file: did you mean --config.file?'],
	['-config.file x', 'unknown flag -config.file: did you mean --config.file?'],
	['help', 'unknown command "help": did you mean --help?'],
	['version', 'unknown command "version": did you mean --version?'],
	[
		'once --output=jsn',
		'--output: "jsn" is not one of table, json, prometheus: did you mean json?',
	],
	[
		'--log.level=DEBUG',
		'--log.level: "DEBUG" is not one of trace, debug, info, warn, error, fatal: did you mean debug?',
	],
	['--config.file', '--config.file needs a value: --config.file=FILE'],
	['--config.file=', '--config.file needs a value: --config.file=FILE'],
	['--config.file --log.level=info', '--config.file needs a value: --config.file=FILE'],
	['--web.enable-lifecycle=yes', '--web.enable-lifecycle takes no value'],
	['--log.level=info --log.level=warn', '--log.level is given twice'],
	['serve --output=json', '--output is a flag of once, not of serve'],
	['health --log.level=info', '--log.level is a flag of serve, once and doctor, not of health'],
	['once --output=xml', '--output: "xml" is not one of table, json, prometheus'],
	['--log.level=loud', '--log.level: "loud" is not one of trace, debug, info, warn, error, fatal'],
	[
		'--web.listen-address=10977',
		'--web.listen-address: "10977" is not an address such as :10977 or 127.0.0.1:10977',
	],
	[
		'--web.listen-address=:99999',
		'--web.listen-address: ":99999" is not an address such as :10977 or 127.0.0.1:10977',
	],
	[
		'--web.telemetry-path=metrics',
		'--web.telemetry-path: "metrics" is not a path such as /metrics',
	],
	['--web.telemetry-path=/', '--web.telemetry-path: "/" serves something else'],
	['--web.telemetry-path=/group', '--web.telemetry-path: "/group" serves something else'],
	['--web.telemetry-path=/assets/a', '--web.telemetry-path: "/assets/a" serves something else'],
	['--web.telemetry-path=/-/ready', '--web.telemetry-path: "/-/ready" serves something else'],
	['--shard.count=3', '--shard.count needs --shard.index: which of the shards this process is'],
	[
		'once --shard.index=3 --shard.count=3',
		'--shard.index: 3 is beyond --shard.count=3: the shards are 0 to 2',
	],
	['doctor --shard.count=3', '--shard.count is a flag of serve and once, not of doctor'],
	['health --url=ftp://lag', '--url: "ftp://lag" is not an http or https address'],
];

for (const [words, message] of bad) {
	test(`"${words}" is refused in words`, () => {
		assert.throws(() => parseArguments(words.split(' '), false), new UsageError(message));
	});
}

test('a flag of several other commands is refused with all of them', () => {
	assert.throws(
		() => parseArguments(['health', '--config.file=x'], false),
		/^UsageError: --config\.file is a flag of serve, once(, .*)? and [\w-]+, not of health$/,
	);
});
