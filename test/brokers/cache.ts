import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Where servers are kept between runs; git ignores it. */
const cacheFolder = fileURLToPath(new URL('../../.cache/servers', import.meta.url));

/** How long one process waits for another that gets the same thing. */
const otherTimeoutMs = 600_000;

/**
 * Gives a folder of the cache and fills it the first time. It appears under its name by one rename
 * after it was filled, so that half a download is never taken for a whole one.
 *
 * @param entry - its name: `kafka-4.1.0`
 * @param fill - puts everything into the folder it is given
 */
export async function cached(
	entry: string,
	fill: (folder: string) => Promise<void>,
): Promise<string> {
	const folder = join(cacheFolder, entry);
	if (existsSync(folder)) return folder;
	await mkdir(cacheFolder, { recursive: true });
	const release = await lock(`${folder}.lock`, () => existsSync(folder));
	try {
		if (existsSync(folder)) return folder;
		await removeLeftovers(entry);
		const partial = await mkdtemp(`${folder}.partial-`);
		try {
			await fill(partial);
			// The lock only spares work: should two get here, the second rename fails, and the
			// first one's folder is as good.
			await rename(partial, folder).catch((error: unknown) => {
				if (!existsSync(folder)) throw error;
			});
		} finally {
			await rm(partial, { recursive: true, force: true });
		}
		return folder;
	} finally {
		await release();
	}
}

/** Whether the cache has a folder of this name. */
export function isCached(entry: string): boolean {
	return existsSync(join(cacheFolder, entry));
}

/** What processes left that died in the middle; only the holder of the lock may. */
async function removeLeftovers(entry: string): Promise<void> {
	for (const name of await readdir(cacheFolder)) {
		if (name.startsWith(`${entry}.partial-`)) {
			await rm(join(cacheFolder, name), { recursive: true, force: true });
		}
	}
}

/** Waits for a lock file that names its holder's process id, or until it is not needed any more. */
async function lock(path: string, needless: () => boolean): Promise<() => Promise<void>> {
	const deadlineMs = performance.now() + otherTimeoutMs;
	for (;;) {
		try {
			await writeFile(path, String(process.pid), { flag: 'wx' });
			return () => rm(path, { force: true });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		}
		if (needless()) return async () => {};
		if (!(await isHeld(path))) await rm(path, { force: true });
		else if (performance.now() > deadlineMs) {
			throw new Error(`${path} is held by another process: remove it if that is not so`);
		} else await sleep(100);
	}
}

async function isHeld(path: string): Promise<boolean> {
	const holder = await readFile(path, 'utf8').catch(() => undefined);
	// Gone, or made this moment and not yet written.
	if (holder === undefined || holder === '') return true;
	try {
		process.kill(Number(holder), 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
