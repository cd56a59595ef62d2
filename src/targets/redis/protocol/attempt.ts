import type { Operation } from './commands.ts';
import { MalformedReply } from './replies.ts';
import { ErrorReply, type Reply } from './reply.ts';

/** Something that was asked and could not be had. */
export interface Failure {
	readonly operation: Operation;
	/** The server's refusal, or what it answered instead of what can be read. */
	readonly error: ErrorReply | MalformedReply;
}

/** Of most keys. */
export const noFailures: readonly Failure[] = [];

/** Reads a reply. Absent: it was refused or cannot be read, and is now among the failures. */
export function attempt<T>(
	operation: Operation,
	reply: Reply,
	read: (reply: Reply) => T,
	failures: Failure[],
): T | undefined {
	try {
		if (!(reply instanceof ErrorReply)) return read(reply);
		failures.push({ operation, error: reply });
	} catch (error) {
		if (!(error instanceof MalformedReply)) throw error;
		failures.push({ operation, error });
	}
	return undefined;
}
