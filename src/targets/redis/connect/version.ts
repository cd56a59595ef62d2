/**
 * What becomes of a group's `entries-read` when the group reads on:
 *
 * - `plain`: it grows by what was read, whatever was removed meanwhile;
 * - `mended`: where entries were removed that the group had not read, it is set right by the next read,
 *   or is not told any more (redis#13338 and #13958; valkey#1952 has both);
 * - `untold`: either.
 */
export type ReadCounter = 'plain' | 'mended' | 'untold';

/** What is known of a server; nothing where it does not tell. */
export interface Server {
	/** `7.0.15`, or `valkey 8.0.1`. */
	readonly version?: string;
	/** Another one for each start of the server's process. */
	readonly runId?: string;
	readonly readCounter: ReadCounter;
}

/** Reads the answer to INFO server; absent where the server refuses it. */
export function readServer(info: string | undefined): Server {
	const runId = infoField(info, 'run_id');
	const process = { ...(runId !== undefined && { runId }) };
	// Valkey says redis_version:7.2.4 for the sake of old clients.
	const valkey = infoField(info, 'valkey_version');
	const redis = infoField(info, 'redis_version');
	const version = valkey === undefined ? redis : `valkey ${valkey}`;
	if (version === undefined) return { ...process, readCounter: 'untold' };
	return { ...process, version, readCounter: readCounterOf(version) };
}

/** A field of the answer to INFO. */
export function infoField(info: string | undefined, name: string): string | undefined {
	return new RegExp(`^${name}:(.+?)\r?$`, 'm').exec(info ?? '')?.[1];
}

/** @param version - as in {@link Server} */
export function readCounterOf(version: string): ReadCounter {
	const [, valkey, ...numbers] = /^(valkey )?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
	const [major, minor, patch] = numbers.map(Number);
	if (major === undefined || minor === undefined || patch === undefined) return 'untold';
	return (valkey === undefined ? ofRedis : ofValkey)(major, minor, patch);
}

/**
 * Redis#13338 came with 7.2.7 and 7.4.2, #13958 with 7.4.4; both are in 8.0. Whether 7.2 ever got the
 * second is of no matter: with the first alone the counter is set right in some cases already.
 */
function ofRedis(major: number, minor: number, patch: number): ReadCounter {
	if (major >= 8) return 'mended';
	if (major < 7 || minor < 2) return 'plain';
	if (minor === 2) return patch < 7 ? 'plain' : 'untold';
	if (minor === 4 && patch >= 4) return 'mended';
	return minor === 4 && patch < 2 ? 'plain' : 'untold';
}

/** Valkey#1952 came with 8.0.3 and 8.1.1; of 7.2.9 it is not sure. */
function ofValkey(major: number, minor: number, patch: number): ReadCounter {
	if (major < 8) return patch < 9 ? 'plain' : 'untold';
	if (major > 8 || minor > 1) return 'mended';
	return patch >= (minor === 0 ? 3 : 1) ? 'mended' : 'plain';
}
