import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cached, isCached } from './cache.ts';

/** Told what is being done where it takes a while: `redis: downloading …`. */
export type Progress = (line: string) => void;

/** A server's program that is there and runs. */
export interface FoundServer {
	readonly name: string;
	/** As it tells it itself. */
	readonly version: string;
	/** Of the executable; Kafka: the folder of its jars. */
	readonly path: string;
	readonly source: 'environment' | 'PATH' | 'cache';
	/** What it needs in its environment to run. */
	readonly env?: NodeJS.ProcessEnv;
}

/** Where to look for a program, and how to get it. */
export interface Wanted {
	readonly name: string;
	/** The environment variable that may name its path. */
	readonly variable: string;
	/** Its name on PATH. */
	readonly executable: string;
	/** Runs it; throws when it does not run or is of no use here. */
	readonly version: (path: string, env?: NodeJS.ProcessEnv) => Promise<string>;
	/** Its name in the cache. */
	readonly entry: string;
	/** Gets it into a folder. */
	readonly get: (folder: string) => Promise<void>;
	/** Where the executable is in that folder, and what it needs. */
	readonly inFolder: (folder: string) => { path: string; env?: NodeJS.ProcessEnv };
	/** What to do when all fails: `install redis-server`. */
	readonly advice: string;
}

/**
 * Finds a program by its environment variable, on PATH, in the cache; else gets it into the cache.
 *
 * @throws Error in one line that names the program and says what to install
 */
export async function find(wanted: Wanted): Promise<FoundServer> {
	const { name, variable } = wanted;
	const named = process.env[variable];
	if (named !== undefined && named !== '') {
		const version = await wanted.version(named).catch((error: unknown) => {
			throw new Error(`${name}: ${variable} is ${named}, which does not do: ${reason(error)}`);
		});
		return { name, version, path: named, source: 'environment' };
	}
	const failures: string[] = [];
	const onPath = findOnPath(wanted.executable);
	if (onPath !== undefined) {
		try {
			return { name, version: await wanted.version(onPath), path: onPath, source: 'PATH' };
		} catch (error) {
			failures.push(reason(error));
		}
	}
	try {
		const { path, env } = wanted.inFolder(await cached(wanted.entry, wanted.get));
		const version = await wanted.version(path, env);
		return { name, version, path, source: 'cache', ...(env === undefined ? {} : { env }) };
	} catch (error) {
		failures.push(reason(error));
	}
	throw new Error(
		`${name}: not found and could not be got (${failures.join('; ')}): ${wanted.advice}, or set ${variable}`,
	);
}

/** Whether {@link find} will need no download. */
export function isAtHand({ variable, executable, entry }: Wanted): boolean {
	return Boolean(process.env[variable]) || findOnPath(executable) !== undefined || isCached(entry);
}

/** The path of an executable on PATH. */
export function findOnPath(executable: string): string | undefined {
	for (const folder of (process.env.PATH ?? '').split(delimiter)) {
		const path = join(folder, executable);
		try {
			accessSync(path, constants.X_OK);
			if (folder !== '' && statSync(path).isFile()) return path;
		} catch {
			// Not in this folder.
		}
	}
	return undefined;
}

/** An error's message, its first line only. */
export function reason(error: unknown): string {
	const text = error instanceof Error ? error.message : String(error);
	return text.split('\n', 1)[0] ?? '';
}

/** To standard error, as tests do it. */
export const tellOnStandardError: Progress = (line) => {
	process.stderr.write(`${line}\n`);
};
