/**
 * Another client of a server, in a process of its own: while its parent wants it to, it asks again and
 * again for next to nothing, and tells how long it waited each time, and for how much of the server's
 * work. Its argument is the server's URL.
 *
 * Each time it asks twice. Between the two answers lies all that the server did from one turn of this
 * client to its next; unlike the time on the clock that does not grow with what else the machine does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const client = new Redis(process.argv[2] ?? '');
let waits: number[] = [];
let works: number[] = [];
let isAsking = false;
let isStopped = false;
process.on('message', (message) => {
	if (message === 'begin') [waits, works, isAsking] = [[], [], true];
	if (message === 'end') {
		isAsking = false;
		process.send?.({ waits, works });
	}
	if (message === 'stop') isStopped = true;
});

/** The processor's time that the server's main thread has used, in milliseconds. */
async function workMs(): Promise<number> {
	const info = await client.info('cpu');
	const seconds = (kind: string) =>
		Number(new RegExp(`^used_cpu_${kind}_main_thread:(.*)\r$`, 'm').exec(info)?.[1]);
	return 1000 * (seconds('user') + seconds('sys'));
}

await client.ping();
process.send?.('ready');
while (!isStopped) {
	if (!isAsking) {
		await sleep(5);
		continue;
	}
	const before = await workMs();
	const sentMs = performance.now();
	const after = await workMs();
	waits.push(performance.now() - sentMs);
	works.push(after - before);
	await sleep(1);
}
client.disconnect();
process.disconnect();
