/**
 * Tries inputs of one part: `worker.ts PART SEED FROM TO SECONDS PROGRESS_FILE`. A process of its own, for
 * what is looked for are crashes and hangs. Each case has a seed of its own; before one is begun its number
 * is written into a file, where it is also found after a crash.
 */
import { openSync, writeSync } from 'node:fs';
import { Chance } from '../test/random.ts';
import { isPart, parts } from './parts.ts';

/** Of one input; a loaded machine takes longer than the work does. */
const mostMs = 5000;
/** Beyond what it was after the first inputs. */
const mostGrowthBytes = 400 * 2 ** 20;

const [name = '', seed, from, to, seconds, progressFile = ''] = process.argv.slice(2);
if (!isPart(name)) throw new Error(`no part ${name}`);
const progress = openSync(progressFile, 'w');
const part = await parts[name]();
const endMs = performance.now() + Number(seconds) * 1000;
let firstBytes: number | undefined;
let at = Number(from);
let input: string | Buffer = '';
for (; at < Number(to) && performance.now() < endMs; at++) {
	writeSync(progress, String(at).padEnd(12), 0);
	const beganMs = performance.now();
	try {
		await part.try(new Chance(Number(seed) * 1_000_003 + at), (noted) => {
			input = noted;
		});
		const tookMs = performance.now() - beganMs;
		if (tookMs > mostMs) throw new Error(`it took ${tookMs.toFixed(0)} ms`);
		if (at % 100 === 0) checkMemory();
	} catch (error) {
		const text = Buffer.isBuffer(input) ? input.toString('hex') : JSON.stringify(input);
		console.error(`case ${at}: ${error instanceof Error ? error.stack : error}\ninput: ${text}`);
		process.exit(1);
	}
}
await part.close?.();
console.log(at - Number(from));
process.exit();

function checkMemory(): void {
	const { rss } = process.memoryUsage();
	if (at - Number(from) < 500) firstBytes = rss;
	const growth = rss - (firstBytes ?? rss);
	if (growth > mostGrowthBytes) throw new Error(`memory has grown by ${growth} bytes`);
}
