import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** One kind of request: how it is written and how its answer is read, by version. */
export interface Request<Arguments, Answer> {
	/** As counted in `stream_target_requests_total`. */
	readonly operation: string;
	readonly key: number;
	/** The versions written here, both ends included. */
	readonly versions: readonly [lowest: number, highest: number];
	/** All but ApiVersions are: their headers end in tagged fields, their answers begin with a throttle time. */
	readonly flexible: boolean;
	write(writer: Writer, args: Arguments, version: number): void;
	/** Reads what comes after the header and the throttle time. */
	read(reader: Reader, version: number): Answer;
}

/** The versions of each request that a broker speaks, by key. */
export type Versions = ReadonlyMap<number, readonly [lowest: number, highest: number]>;

/** The newest version that both sides speak; none when there is no such version. */
export function commonVersion(
	request: Pick<Request<never, unknown>, 'key' | 'versions'>,
	offered: Versions,
): number | undefined {
	const theirs = offered.get(request.key);
	if (!theirs) return undefined;
	const version = Math.min(request.versions[1], theirs[1]);
	return version >= Math.max(request.versions[0], theirs[0]) ? version : undefined;
}
