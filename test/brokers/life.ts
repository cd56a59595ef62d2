import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningServer } from './running.ts';
import { until } from './until.ts';

/**
 * Takes a server that holds data through its whole life, and ends it.
 *
 * @param read - what the server answers of its data, through a new connection
 * @param expected - the right answer
 * @param silenceMs - longer than a read takes
 */
export async function livesAsPromised(
	server: RunningServer,
	read: () => Promise<string>,
	expected: string,
	silenceMs: number,
): Promise<void> {
	assert.equal(await read(), expected);

	server.suspend();
	const late = read();
	assert.equal(await Promise.race([late, sleep(silenceMs, 'silence')]), 'silence');
	server.resume();
	assert.equal(await late, expected);

	const firstPid = server.pid;
	await server.restart();
	assert.notEqual(server.pid, firstPid);
	assert.ok(!isAlive(firstPid));
	assert.equal(await until('it answers after a restart', read), expected);

	await server.kill();
	assert.ok(!isAlive(server.pid));
	await server.restart();
	assert.equal(await until('it answers after a crash', read), expected);

	server.suspend();
	await server.stop();
	await server.stop();
	assert.ok(!isAlive(server.pid));
	assert.ok(!existsSync(server.folder));
	assert.notEqual(server.log(), '');
}

/** Whether there is such a process. */
export function isAlive(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}
