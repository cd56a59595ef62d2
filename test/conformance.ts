import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Group, PlainReading, Problem } from '../src/model.ts';
import { isAtWork } from '../src/steps.ts';
import { type Platform, type Target, UnreadableError } from '../src/targets/target.ts';
import type { Trial } from '../src/targets/trial.ts';
import { until } from './brokers/until.ts';
import { type PlainTarget, plainTarget } from './plain-reading.ts';

/** A platform with a real broker of its own, on which known lags were seeded. */
export interface Fixture {
	readonly platform: Platform;
	readonly server: {
		suspend(): void;
		resume(): void;
		kill(): Promise<void>;
		/** Starts it again at the same port, with what was seeded. */
		restart(): Promise<void>;
		stop(): Promise<void>;
	};
	/** Makes a target that reads the broker, or whatever listens at another port of 127.0.0.1. */
	connect(port?: number): Target;
	/** Every consumer group that is to be read: its lag by `stream/consumerGroup`. */
	readonly expected: Readonly<Record<string, number>>;
}

/** How long a read may go on after its signal has fired. */
const settleMs = 500;
/** How long closing may take. */
const closeMs = 2000;
/** How long a broker may take to find its feet after it was frozen or started again. */
const recoveryMs = 60_000;
/** A read that never ends must not hold the suite for ever. */
const suiteMs = 240_000;
/** The deadline of reads that are not about deadlines. */
const readMs = 10_000;

/**
 * What every platform keeps to: the seam of `src/targets/target.ts`, tried on a real broker.
 *
 * Three codes mean the same everywhere: `unreachable` when no connection can be made, `timeout` when
 * the signal came first, `protocol_error` when something else listens at the port.
 */
export function conformance(name: string, { start }: { start(): Promise<Fixture> }): void {
	describe(`${name} keeps to the seam`, { timeout: suiteMs }, () => {
		let fixture: Fixture;
		let target: PlainTarget;
		let openBefore: readonly string[];

		before(async () => {
			fixture = await start();
		});
		after(async () => {
			await fixture?.server.stop();
		});
		beforeEach(() => {
			openBefore = openResources();
			target = plainTarget(fixture.connect());
		});
		afterEach(async () => {
			fixture.server.resume();
			await target.close();
			checkRequests(fixture.platform, target);
		});

		test('making a target opens nothing', () => {
			assert.deepEqual(openResources(), openBefore);
			assert.deepEqual(
				[...target.requests.values()].filter((count) => count > 0),
				[],
			);
		});

		test('it reads what was seeded, and again over what it has open', async () => {
			for (const _ of [1, 2]) {
				const reading = await target.read(AbortSignal.timeout(readMs));
				checkReading(fixture.platform, reading);
				assert.deepEqual(reading.problems, []);
				assert.ok(reading.complete);
				assert.deepEqual(lags(reading), fixture.expected);
			}
			assert.ok([...target.requests.values()].some((count) => count > 0));
		});

		test('whoever gave the signal sees that what was told is being read', async (context) => {
			const { signal } = new AbortController();
			// Each look at the clock takes longer than a turn, so that others see what goes on between two steps.
			let nowMs = performance.now();
			context.mock.method(performance, 'now', () => (nowMs += 10));
			let seen = false;
			let looking = setImmediate(function look() {
				seen ||= isAtWork(signal);
				looking = setImmediate(look);
			});
			try {
				await target.read(signal);
			} finally {
				clearImmediate(looking);
			}
			assert.ok(seen);
			assert.ok(!isAtWork(signal));
		});

		test('nothing is left open after close', async () => {
			await target.read(AbortSignal.timeout(readMs));
			await closed(target);
			await nothingLeft(openBefore);
		});

		test('a signal that has fired already ends a read at once', async () => {
			const { error, afterMs } = await outcome(target.read(AbortSignal.abort()));
			checkUnreadable(fixture.platform, error, 'timeout');
			assert.ok(afterMs < settleMs, `settled after ${afterMs} ms`);
		});

		test('a read of a broker that hangs ends with its signal, and the next one works', async () => {
			await target.read(AbortSignal.timeout(readMs));
			fixture.server.suspend();
			const deadline = new AbortController();
			const reading = outcome(target.read(deadline.signal));
			await abortAfter(200, deadline);
			const { error, afterMs } = await reading;
			checkUnreadable(fixture.platform, error, 'timeout');
			assert.ok(afterMs < 200 + settleMs, `settled after ${afterMs} ms`);

			fixture.server.resume();
			await readsAgain(target, fixture);
		});

		test('connecting to a broker that hangs ends with the signal, and the next one works', async () => {
			fixture.server.suspend();
			const deadline = new AbortController();
			const reading = outcome(target.read(deadline.signal));
			await abortAfter(200, deadline);
			const { error, afterMs } = await reading;
			checkUnreadable(fixture.platform, error, 'timeout');
			assert.ok(afterMs < 200 + settleMs, `settled after ${afterMs} ms`);

			fixture.server.resume();
			await readsAgain(target, fixture);
			await closed(target);
			await nothingLeft(openBefore);
		});

		test('close ends a read that hangs, and leaves nothing open', async () => {
			await target.read(AbortSignal.timeout(readMs));
			fixture.server.suspend();
			const reading = outcome(target.read(new AbortController().signal));
			await until('the read has sent something', () => total(target) > 0);
			await closed(target);
			const { error, afterMs } = await reading;
			assert.ok(error instanceof UnreadableError, `settled with ${error}`);
			assert.ok(afterMs < closeMs + settleMs, `settled after ${afterMs} ms`);
			await nothingLeft(openBefore);
		});

		test('a broker that is gone is unreachable, and is read again when it is back', async () => {
			await target.read(AbortSignal.timeout(readMs));
			await fixture.server.kill();
			for (const _ of [1, 2]) {
				const { error } = await outcome(target.read(AbortSignal.timeout(readMs)));
				checkUnreadable(fixture.platform, error, 'unreachable');
			}
			await fixture.server.restart();
			await readsAgain(target, fixture);
		});

		test('close of a target whose broker is gone leaves nothing open', async () => {
			await target.read(AbortSignal.timeout(readMs));
			await fixture.server.kill();
			await outcome(target.read(AbortSignal.timeout(readMs)));
			await closed(target);
			await nothingLeft(openBefore);
			await fixture.server.restart();
			target = plainTarget(fixture.connect());
			await readsAgain(target, fixture);
		});

		test('a diagnosis tells that all is allowed, and leaves nothing open', async () => {
			const { trials, grants } = await diagnosed(target, AbortSignal.timeout(readMs));
			const marked = trials.filter(({ state }) => state === 'allowed' || state === 'unsupported');
			assert.deepEqual(trials, marked);
			assert.ok(trials.length > 5, JSON.stringify(trials));
			assert.deepEqual(grants, []);
			const reading = await target.read(AbortSignal.timeout(readMs));
			assert.deepEqual(lags(reading), fixture.expected);
			await closed(target);
			await nothingLeft(openBefore);
		});

		test('a diagnosis of a broker that hangs or is gone ends with its signal, and says so', async () => {
			fixture.server.suspend();
			const deadline = new AbortController();
			const startedMs = performance.now();
			const hanging = diagnosed(target, deadline.signal);
			await abortAfter(200, deadline);
			const { trials } = await hanging;
			const afterMs = performance.now() - startedMs;
			assert.ok(afterMs < 200 + settleMs, `settled after ${afterMs} ms`);
			assert.ok(
				trials.some(({ state }) => state === 'failed'),
				JSON.stringify(trials),
			);
			fixture.server.resume();
			await closed(target);

			await fixture.server.kill();
			target = plainTarget(fixture.connect());
			const gone = await diagnosed(target, AbortSignal.timeout(readMs));
			assert.deepEqual(
				gone.trials.map(({ operation, state }) => [operation, state]),
				[['connect', 'failed']],
			);
			await closed(target);
			await nothingLeft(openBefore);
			await fixture.server.restart();
		});

		test('something else at the port is a problem with a name', async () => {
			const stranger = createServer((socket) => {
				socket.on('error', () => socket.destroy());
				socket.resume();
				socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
			}).listen(0, '127.0.0.1');
			await once(stranger, 'listening');
			const misled = plainTarget(fixture.connect((stranger.address() as AddressInfo).port));
			try {
				const { error } = await outcome(misled.read(AbortSignal.timeout(readMs)));
				checkUnreadable(fixture.platform, error, 'protocol_error');
				const { trials } = await diagnosed(misled, AbortSignal.timeout(readMs));
				assert.deepEqual(
					trials.map(({ operation, state }) => [operation, state]),
					[['connect', 'failed']],
				);
			} finally {
				await closed(misled);
				stranger.close();
			}
			await nothingLeft(openBefore);
		});
	});
}

async function outcome(
	reading: Promise<PlainReading>,
): Promise<{ readonly error?: unknown; readonly afterMs: number }> {
	const startedMs = performance.now();
	const afterMs = () => Math.round(performance.now() - startedMs);
	return reading.then(
		() => ({ afterMs: afterMs() }),
		(error: unknown) => ({ error, afterMs: afterMs() }),
	);
}

async function diagnosed(target: PlainTarget, signal: AbortSignal) {
	const trials: Trial[] = [];
	const grants = await target.diagnose(signal, (trial) => trials.push(trial));
	return { trials, grants };
}

async function abortAfter(ms: number, controller: AbortController): Promise<void> {
	const signal = AbortSignal.timeout(ms);
	await once(signal, 'abort');
	controller.abort(signal.reason);
}

async function readsAgain(target: PlainTarget, fixture: Fixture): Promise<void> {
	await until(
		'the broker is read as before',
		async () => {
			const reading = await target.read(AbortSignal.timeout(readMs));
			checkReading(fixture.platform, reading);
			assert.deepEqual(lags(reading), fixture.expected);
			return true;
		},
		{ timeoutMs: recoveryMs },
	);
}

async function closed(target: PlainTarget): Promise<void> {
	const startedMs = performance.now();
	await target.close();
	const tookMs = Math.round(performance.now() - startedMs);
	assert.ok(tookMs < closeMs, `close took ${tookMs} ms`);
}

/** Sockets and timers that keep this process alive. */
function openResources(): readonly string[] {
	return process
		.getActiveResourcesInfo()
		.filter((kind) => /^(TCP|TLS|Timeout|UDP)/.test(kind))
		.sort();
}

async function nothingLeft(openBefore: readonly string[]): Promise<void> {
	await until(
		'nothing is left open',
		() => {
			assert.deepEqual(openResources(), openBefore);
			return true;
		},
		{ timeoutMs: closeMs },
	);
}

function total(target: PlainTarget): number {
	return [...target.requests.values()].reduce((sum, count) => sum + count, 0);
}

function checkUnreadable(platform: Platform, error: unknown, code: string): void {
	assert.ok(error instanceof UnreadableError, `expected an UnreadableError, got ${error}`);
	checkProblems(platform, error.problems);
	assert.ok(
		error.problems.some((problem) => problem.code === code),
		`expected ${code}, got ${JSON.stringify(error.problems)}`,
	);
}

function checkReading(platform: Platform, reading: PlainReading): void {
	checkProblems(platform, reading.problems);
	const streams = reading.streams.map(({ name }) => name);
	assert.equal(new Set(streams).size, streams.length, 'a stream is there twice');
	const groups = reading.groups.map(nameOf);
	assert.equal(new Set(groups).size, groups.length, 'a group is there twice');
	for (const lag of Object.values(lags(reading))) assert.ok(lag >= 0, 'a lag is negative');
}

function checkProblems(platform: Platform, problems: readonly Problem[]): void {
	for (const problem of problems) {
		assert.ok(platform.problems.includes(problem.code), `undeclared: ${JSON.stringify(problem)}`);
		assert.ok(
			platform.operations.includes(problem.operation),
			`undeclared: ${JSON.stringify(problem)}`,
		);
		assert.match(problem.message, /\w+ \w+/);
	}
}

function checkRequests(platform: Platform, target: PlainTarget): void {
	for (const operation of target.requests.keys()) {
		assert.ok(platform.operations.includes(operation), `undeclared: ${operation}`);
	}
}

/** Every lag that is known. */
function lags(reading: PlainReading): Record<string, number> {
	return Object.fromEntries(
		reading.groups
			.map((group) => [nameOf(group), lagOf(group)] as const)
			.filter(([, lag]) => lag !== undefined)
			.sort(([a], [b]) => (a < b ? -1 : 1)),
	) as Record<string, number>;
}

function nameOf({ stream, consumerGroup }: Group): string {
	return `${stream}/${consumerGroup}`;
}

function lagOf({ lag }: Group): number | undefined {
	if ('messages' in lag) return lag.messages;
	if ('unknown' in lag) return undefined;
	const { start, end, committed } = lag;
	return end.reduce(
		(sum, last, row) => sum + last - Math.max(committed?.[row] ?? Number.NaN, start[row] ?? 0),
		0,
	);
}
