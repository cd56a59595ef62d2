/**
 * `npm test`, or parts: `node scripts/bootstrap.mjs test/run.ts [check] [unit] [integration] [systems]
 * [faults]`. Gets what is missing, and says what it does as it goes.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
	type FoundServer,
	findAlertmanager,
	findAmtool,
	findKafka,
	findNats,
	findPrometheus,
	findPromtool,
	findRedis,
} from './brokers/index.ts';
import { findChromium } from './browser/chromium.ts';

const parts = {
	async check() {
		await run('types', 'npx', ['tsc']);
		await run('types of the page', 'npx', ['tsc', '-p', 'web']);
		await run('lint', 'npx', ['biome', 'check', '--error-on-warnings']);
		await run('dead code', 'npx', ['knip']);
	},
	async unit() {
		await run('unit tests', process.execPath, testArguments('.test.ts'));
	},
	async integration() {
		await prepare(brokers);
		await run('integration tests', process.execPath, testArguments('.integration.ts'));
	},
	/** What takes a cluster, another version, alerting or a browser; `npm run test:systems`. */
	async systems() {
		await prepare([...brokers, ...around]);
		await run('tests of whole systems', process.execPath, testArguments('.systems.ts'));
	},
	/** Takes long; `npm run test:faults`. */
	async faults() {
		await prepare(brokers);
		await run('fault tests', process.execPath, testArguments('.faults.ts'));
	},
};

type Part = keyof typeof parts;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in parts));
if (unknown.length > 0) {
	console.error(`unknown part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
	process.exit(2);
}
const byDefault: readonly Part[] = ['check', 'unit', 'integration'];
const started = performance.now();
for (const name of asked.length > 0 ? (asked as Part[]) : byDefault) {
	await parts[name]();
}
console.log(`\nall passed in ${seconds(started)} s`);

const progress = (line: string) => console.log(`  ${line}`);
const brokers = [
	() => findKafka(undefined, progress),
	() => findRedis(progress),
	() => findNats(progress),
	() => findPrometheus(progress),
	() => findPromtool(progress),
];
const around = [
	() => findAlertmanager(progress),
	() => findAmtool(progress),
	() => findChromium(progress),
];

/** A server that cannot be had is an error: a test that needs one is never skipped. */
async function prepare(finds: readonly (() => Promise<FoundServer>)[]): Promise<void> {
	console.log('\n== servers');
	for (const find of finds) {
		const { name, version, source } = await find();
		console.log(`  ${name} ${version} (${source})`);
	}
	await run('build', 'npx', ['tsc', '-p', 'tsconfig.build.json']);
}

/** Two files at a time: most of them start servers, and two cores carry no more. */
function testArguments(ending: string): string[] {
	const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith(ending))
		.sort()
		.map((file) => join('test', file));
	return ['--import', 'tsx', '--test', '--test-concurrency=2', '--test-reporter=spec', ...files];
}

async function run(what: string, command: string, args: readonly string[]): Promise<void> {
	console.log(`\n== ${what}`);
	const began = performance.now();
	const child = spawn(command, args, { stdio: 'inherit' });
	const [code, signal] = await once(child, 'exit');
	if (code !== 0) {
		console.error(`\n${what} failed (${signal ?? `exit code ${code}`})`);
		process.exit(1);
	}
	console.log(`   ${what}: ${seconds(began)} s`);
}

function seconds(since: number): string {
	return ((performance.now() - since) / 1000).toFixed(1);
}
