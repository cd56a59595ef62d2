/** What is known of a server; nothing where it does not tell. */
export interface Server {
	/** `7.0.15`, or `valkey 8.0.1`. */
	readonly version?: string;
	/** Another one for each start of the server's process. */
	readonly runId?: string;
	/** See {@link hasFixedCounters}. */
	readonly countersAreFixed: boolean;
}

/** Reads the answer to INFO server; absent where the server refuses it. */
export function readServer(info: string | undefined): Server {
	const runId = infoField(info, 'run_id');
	const process = { ...(runId !== undefined && { runId }) };
	const valkey = infoField(info, 'valkey_version');
	// Valkey says redis_version:7.2.4 for the sake of old clients.
	if (valkey !== undefined) {
		return { ...process, version: `valkey ${valkey}`, countersAreFixed: false };
	}
	const version = infoField(info, 'redis_version');
	if (version === undefined) return { ...process, countersAreFixed: false };
	return { ...process, version, countersAreFixed: hasFixedCounters(version) };
}

/** A field of the answer to INFO. */
export function infoField(info: string | undefined, name: string): string | undefined {
	return new RegExp(`^${name}:(.+?)\r?$`, 'm').exec(info ?? '')?.[1];
}

/**
 * Whether a Redis of this version keeps `entries-read` right when entries are deleted or trimmed
 * that a group has not read: redis#13338 and #13473 came with 7.4.2, and #13958, without which the
 * counter is wrong again after the group's next read, with 7.4.4; all three are in 8.0.
 */
export function hasFixedCounters(version: string): boolean {
	const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
	return major >= 8 || (major === 7 && minor === 4 && patch >= 4);
}
