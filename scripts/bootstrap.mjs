/**
 * `node scripts/bootstrap.mjs <entry.ts> [arguments…]` runs a TypeScript file of this project from
 * a fresh clone: installs the packages first if they are missing or are not those of the lock file.
 *
 * Plain JavaScript of Node alone, for nothing else is there yet. The entry runs in this process, so
 * that signals and the exit code are its own.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [entry, ...args] = process.argv.slice(2);
if (entry === undefined) {
	console.error('usage: node scripts/bootstrap.mjs <entry.ts> [arguments…]');
	process.exit(2);
}

process.chdir(root);
if (!isInstalled()) install();

const { register } = await import('tsx/esm/api');
register();
const path = resolve(root, entry);
process.argv = [process.execPath, path, ...args];
await import(pathToFileURL(path).href);

/**
 * Whether node_modules holds every package of the lock file in its version. npm writes the list of
 * what it installed when it is done, so that an interrupted installation has none. Optional packages
 * are left out where they are for another system.
 */
function isInstalled() {
	try {
		const wanted = packagesOf('package-lock.json');
		const present = packagesOf('node_modules/.package-lock.json');
		return Object.entries(wanted).every(([name, { version, optional, devOptional }]) => {
			if (name === '') return true;
			if (present[name] === undefined) return Boolean(optional || devOptional);
			return present[name].version === version;
		});
	} catch {
		return false;
	}
}

/** @param {string} file */
function packagesOf(file) {
	return JSON.parse(readFileSync(file, 'utf8')).packages;
}

function install() {
	console.error('installing packages with npm ci …');
	const startMs = performance.now();
	// Under `npm run` this names npm's own program.
	const npm = process.env.npm_execpath;
	const ci = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
	const { status, error } = spawnSync(
		npm === undefined ? 'npm' : process.execPath,
		npm === undefined ? ci : [npm, ...ci],
		{ stdio: ['ignore', 2, 2] },
	);
	if (status !== 0) {
		console.error(`npm ci failed${error === undefined ? '' : `: ${error.message}`}`);
		process.exit(1);
	}
	console.error(`packages installed in ${Math.round((performance.now() - startMs) / 1000)} s`);
}
