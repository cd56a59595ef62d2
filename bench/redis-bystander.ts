/**
 * Another client of a server, in a process of its own: asks again and again for nothing, and tells
 * its parent how long it waited at most, in milliseconds. Its argument is the server's URL.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const client = new Redis(process.argv[2] ?? '');
let longestMs = 0;
let isStopped = false;
process.on('message', (message) => {
	if (message === 'begin') longestMs = 0;
	if (message === 'end') process.send?.(longestMs);
	if (message === 'stop') isStopped = true;
});
await client.ping();
process.send?.('ready');
while (!isStopped) {
	const sentMs = performance.now();
	await client.ping();
	longestMs = Math.max(longestMs, performance.now() - sentMs);
	await sleep(1);
}
client.disconnect();
process.disconnect();
