import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments, UsageError } from '../src/arguments.ts';
import { commandNames, commands, usage } from '../src/usage.ts';

const parse = (...words: string[]) => parseArguments(words, false);

function refused(...words: string[]): string {
	try {
		parse(...words);
	} catch (error) {
		assert.ok(error instanceof UsageError, String(error));
		return error.message;
	}
	return assert.fail('it was accepted');
}

test('without words it serves, with every default', () => {
	assert.deepEqual(parse(), {
		command: 'serve',
		configFile: undefined,
		log: { level: 'info', format: 'json' },
		listenAddresses: [{ host: undefined, port: 10977 }],
		telemetryPath: '/metrics',
		enableLifecycle: false,
	});
	assert.deepEqual(parse('serve'), parse());
});

test('a log on a terminal is pretty unless told otherwise', () => {
	const format = (words: string[]) => {
		const invocation = parseArguments(words, true);
		return 'log' in invocation && invocation.log.format;
	};
	assert.equal(format([]), 'pretty');
	assert.equal(format(['--log.format=json']), 'json');
});

test('a value stands behind an equals sign or is the next word', () => {
	const expected = { command: 'check-config', configFile: 'a=b.yaml' };
	assert.deepEqual(parse('check-config', '--config.file=a=b.yaml'), expected);
	assert.deepEqual(parse('check-config', '--config.file', 'a=b.yaml'), expected);
	assert.deepEqual(parse('--config.file', 'a=b.yaml', 'check-config'), expected);
});

test('every flag of serve is taken', () => {
	const words = [
		'--config.file=-x',
		'--web.listen-address=127.0.0.1:1',
		'--web.listen-address',
		'[::1]:0',
		'--web.telemetry-path=/lag',
		'--web.enable-lifecycle',
		'--log.level=debug',
		'--log.format=pretty',
	];
	assert.deepEqual(parse(...words), {
		command: 'serve',
		configFile: '-x',
		log: { level: 'debug', format: 'pretty' },
		listenAddresses: [
			{ host: '127.0.0.1', port: 1 },
			{ host: '::1', port: 0 },
		],
		telemetryPath: '/lag',
		enableLifecycle: true,
	});
});

test('--help is of the command that is named, --version of all', () => {
	assert.deepEqual(parse('--help'), { command: 'help', about: undefined });
	assert.deepEqual(parse('-h'), { command: 'help', about: undefined });
	assert.deepEqual(parse('once', '--help'), { command: 'help', about: 'once' });
	for (const name of commandNames)
		assert.deepEqual(parse(name, '--version'), { command: 'version' });
});

for (const name of commandNames) {
	test(`the help of ${name} names each of its flags`, () => {
		for (const { name: flag } of commands[name].flags) {
			assert.match(usage(name), new RegExp(`\\s--${flag}[=\\s]`));
		}
		assert.match(usage(undefined), new RegExp(`^ {2}${name} `, 'm'));
	});
}

for (const [words, message] of [
	[['serv'], 'unknown command "serv": did you mean serve?'],
	[['check_config'], 'unknown command "check_config": did you mean check-config?'],
	[['frobnicate'], 'unknown command "frobnicate": there are serve, once, check-config, health'],
	[['once', 'twice'], 'unexpected argument "twice"'],
	[['--config.fil=x'], 'unknown flag --config.fil: did you mean --config.file?'],
	[['--log-level=info'], 'unknown flag --log-level: did you mean --log.level?'],
	[['--frobnicate'], 'unknown flag --frobnicate'],
	[['-v'], 'unknown flag -v'],
	[['once', '--url=http://x'], '--url is a flag of health, not of once'],
	[['health', '--log.level=info'], '--log.level is a flag of serve and once, not of health'],
	[['--config.file'], '--config.file needs a value: --config.file=FILE'],
	[['--config.file', '--log.level=info'], '--config.file needs a value: --config.file=FILE'],
	[['--web.enable-lifecycle=yes'], '--web.enable-lifecycle takes no value'],
	[['--log.level=info', '--log.level=warn'], '--log.level is given twice'],
	[
		['--log.level=loud'],
		'--log.level: "loud" is not one of trace, debug, info, warn, error, fatal',
	],
	[['--log.level='], '--log.level: "" is not one of trace, debug, info, warn, error, fatal'],
	[['once', '--output=xml'], '--output: "xml" is not one of table, json, prometheus'],
	[
		['--web.listen-address=10977'],
		'--web.listen-address: "10977" is not an address such as :10977 or 127.0.0.1:10977',
	],
	[['--web.telemetry-path=/-/x'], '--web.telemetry-path: "/-/x" is not a path such as /metrics'],
	[['health', '--url=x'], '--url: "x" is not an http or https address'],
] as const) {
	test(`refused in words: ${words.join(' ')}`, () => {
		assert.equal(refused(...words), message);
	});
}
