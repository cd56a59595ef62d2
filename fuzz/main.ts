/**
 * `npm run fuzz -- [SECONDS] [SEED] [PART] [CASE]`: gives changed inputs to whatever reads what others
 * write, so many seconds each. Ends with 1 when something crashes, hangs, takes much memory or breaks a
 * law; with the number of a case it tries that one alone.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { isPart, type PartName, parts } from './parts.ts';

/** A worker that is silent for longer on one input hangs. */
const hangMs = 30_000;

const [secondsText = '60', seedText = String(randomInt(2 ** 31)), asked, caseText] =
	process.argv.slice(2);
const [seconds, seed] = [Number(secondsText), Number(seedText)];
const names = Object.keys(parts).filter((name) => asked === undefined || name === asked);
if (!(seconds > 0) || !Number.isSafeInteger(seed) || names.length === 0) {
	console.error(
		`usage: npm run fuzz -- [SECONDS] [SEED] [${Object.keys(parts).join(' | ')}] [CASE]`,
	);
	process.exit(2);
}
console.log(`seed ${seed}, ${seconds} s each`);
const folder = mkdtempSync(join(tmpdir(), 'stream-lag-exporter-fuzz-'));
try {
	for (const name of names) if (isPart(name)) await fuzz(name);
} finally {
	rmSync(folder, { recursive: true });
}

async function fuzz(name: PartName): Promise<void> {
	const from = Number(caseText ?? 0);
	const to = caseText === undefined ? Number.MAX_SAFE_INTEGER : from + 1;
	const progressFile = join(folder, name);
	const began = performance.now();
	const child = spawn(
		process.execPath,
		[
			...['--max-old-space-size=1024', '--import', 'tsx', join(import.meta.dirname, 'worker.ts')],
			...[name, seed, from, to, seconds, progressFile].map(String),
		],
		{ stdio: ['ignore', 'pipe', 'pipe'] },
	);
	let isHung = false;
	let last = '';
	let lastAtMs = began;
	const watch = setInterval(() => {
		const now = caseOf(progressFile);
		if (now !== last) lastAtMs = performance.now();
		last = now;
		if (performance.now() - lastAtMs < hangMs) return;
		isHung = true;
		child.kill('SIGKILL');
	}, 1000);
	const [out, err, [code]] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		once(child, 'exit'),
	]);
	clearInterval(watch);
	const tookSeconds = ((performance.now() - began) / 1000).toFixed(0);
	if (code === 0) {
		console.log(`${name}: ${out.trim()} cases in ${tookSeconds} s, nothing found`);
		return;
	}
	process.exitCode = 1;
	const at = caseOf(progressFile);
	console.log(
		`${name}: FOUND in case ${at}${isHung ? ', which hangs' : ''} after ${tookSeconds} s`,
	);
	console.log(err.slice(0, 20_000));
	console.log(`again: npm run fuzz -- ${seconds} ${seed} ${name} ${at}`);
}

function caseOf(file: string): string {
	try {
		return readFileSync(file, 'utf8').trim();
	} catch {
		return '';
	}
}
