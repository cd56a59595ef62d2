import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments, UsageError } from '../src/arguments.ts';

const log = { level: 'info', format: 'json' };
const serve = {
	command: 'serve',
	configFile: undefined,
	log,
	listenAddresses: [{ host: undefined, port: 10977 }],
	telemetryPath: '/metrics',
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
	['serve --web.telemetry-path=/lag', { ...serve, telemetryPath: '/lag' }],
	[
		'--log.level=debug --log.format=pretty',
		{ ...serve, log: { level: 'debug', format: 'pretty' } },
	],
	['once', { command: 'once', configFile: undefined, log, output: 'table', target: undefined }],
	[
		'--target=cache once --output json',
		{ command: 'once', configFile: undefined, log, output: 'json', target: 'cache' },
	],
	['health', { command: 'health', url: 'http://127.0.0.1:10977' }],
	['health --url=https://lag:1', { command: 'health', url: 'https://lag:1' }],
	['--help', { command: 'help' }],
	['once --help', { command: 'help' }],
	['--version', { command: 'version' }],
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

const bad: readonly (readonly [words: string, message: RegExp])[] = [
	['frobnicate', /unknown command "frobnicate"/],
	['serve once', /unexpected argument "once"/],
	['--nonsense', /--nonsense/],
	['--config.file', /--config\.file/],
	['serve --output=json', /--output is not a flag of serve/],
	['health --config.file=x', /--config\.file is not a flag of health/],
	['once --output=xml', /--output: "xml" is not one of table, json, prometheus/],
	['--log.level=loud', /--log\.level: "loud" is not one of trace, debug/],
	['--web.listen-address=10977', /--web\.listen-address: "10977" is not an address/],
	['--web.listen-address=:99999', /--web\.listen-address: ":99999" is not an address/],
	['--web.telemetry-path=metrics', /"metrics" is not a path/],
	['--web.telemetry-path=/', /"\/" is not a path/],
	['--web.telemetry-path=/-/ready', /"\/-\/ready" is not a path/],
	['health --url=ftp://lag', /"ftp:\/\/lag" is not an http or https address/],
];

for (const [words, message] of bad) {
	test(`"${words}" is refused in words`, () => {
		assert.throws(
			() => parseArguments(words.split(' '), false),
			(error: unknown) => error instanceof UsageError && message.test(error.message),
		);
	});
}
