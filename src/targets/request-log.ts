import type { Logger } from 'pino';

/** Something that is asked of a server. */
export interface Asked {
	readonly operation: string;
	/** `host:port` of the server. */
	readonly of: string;
	/** What it is about, in the words of the protocol. */
	readonly subject?: string;
	/** How many were sent in one go, where that can be more than one. */
	readonly count?: number;
}

/** Tells how a request went that began at a time of `performance.now()`; without an error it was answered. */
export type TellRequest = (asked: Asked, beganMs: number, error?: unknown) => void;

/**
 * A way to write how long each request took and what came of it, at level debug. Absent where the log
 * has no such lines: then nothing is to be measured, and no words are to be made.
 */
export function requestLog(log: Logger): TellRequest | undefined {
	if (!log.isLevelEnabled('debug')) return undefined;
	return ({ operation, of, subject, count }, beganMs, error) => {
		const fields = {
			operation,
			of,
			...(subject !== undefined && { subject }),
			...(count !== undefined && { count }),
			durationMs: Math.round((performance.now() - beganMs) * 100) / 100,
			// The text alone: libraries hang what was sent on their errors.
			...(error !== undefined && { error: error instanceof Error ? error.message : String(error) }),
		};
		log.debug(fields, error === undefined ? 'answered' : 'not answered');
	};
}

/** Waits for what was asked, and tells how it went. */
export async function told<T>(
	tell: TellRequest | undefined,
	asked: Asked,
	work: Promise<T>,
): Promise<T> {
	if (tell === undefined) return await work;
	const beganMs = performance.now();
	try {
		const answer = await work;
		tell(asked, beganMs);
		return answer;
	} catch (error) {
		tell(asked, beganMs, error);
		throw error;
	}
}
