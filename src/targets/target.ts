import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Problem, Reading } from '../model.ts';
import type { Share, ShareKey } from './share.ts';
import type { Trial } from './trial.ts';

/** One broker installation, read again and again over connections of its own. */
export interface Target {
	/**
	 * Reads everything once. Connects where that is needed; {@link Platform.connect} opens nothing.
	 * What a broker refuses or answers wrongly is a problem inside the reading.
	 *
	 * @param signal - ends the attempt: the promise then settles within a moment, and what was asked
	 * is no longer waited for
	 * @throws {@link UnreadableError} when nothing at all could be read
	 */
	read(signal: AbortSignal): Promise<Reading>;

	/**
	 * Tries each operation of a read by itself, over the same connections, and changes nothing on the
	 * server. Never rejects for what a broker does.
	 *
	 * @param signal - as of {@link read}
	 * @param tell - told of each trial when it is over
	 * @returns lines for the server's configuration or its tools that grant what was refused
	 */
	diagnose(signal: AbortSignal, tell: (trial: Trial) => void): Promise<readonly string[]>;

	/** Requests sent since the target was made, by operation. Only ever grows. */
	readonly requests: ReadonlyMap<string, number>;

	/** Closes every connection, whatever state it is in, within two seconds. Never throws. */
	close(): Promise<void>;
}

/** A kind of broker: one folder, one line in `targets/index.ts`. */
export interface Platform<Schema extends z.ZodObject = z.ZodObject> {
	/** The value of `platform:` in the configuration and of the label `platform`. */
	readonly name: string;
	/** The platform's own part of a target's configuration. */
	readonly options: Schema;
	/** Every operation that is counted in `stream_target_requests_total`. */
	readonly operations: readonly string[];
	/** Every code that a problem of this platform can have. */
	readonly problems: readonly string[];
	/**
	 * What decides which shard reads a group, by names as shown: the group, where its positions are
	 * fetched for all streams at once; its stream, where they come with that; or both.
	 */
	groupKey(stream: string, consumerGroup: string): ShareKey;
	/**
	 * Makes a target; opens no socket.
	 *
	 * @param pollTimeoutMs - the deadline that polls will have, for those who divide it
	 * @param share - what it reads; absent: everything
	 */
	connect(options: z.output<Schema>, log: Logger, pollTimeoutMs: number, share?: Share): Target;
}

/** Gives a platform's parts their types. */
export function definePlatform<Schema extends z.ZodObject>(
	platform: Platform<Schema>,
): Platform<Schema> {
	return platform;
}

/** Nothing of a target could be read; the problems say why. */
export class UnreadableError extends Error {
	override readonly name = 'UnreadableError';
	readonly problems: readonly Problem[];

	constructor(problems: readonly Problem[], options?: ErrorOptions) {
		super(problems.map((problem) => problem.message).join('; '), options);
		this.problems = problems;
	}
}
