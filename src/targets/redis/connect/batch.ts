import { type Redis, ReplyError, Command as Sent } from 'ioredis';
import type { Command, Operation } from '../protocol/commands.ts';
import { encoded } from '../protocol/encode.ts';
import { ErrorReply, type Reply } from '../protocol/reply.ts';

/** What was under way when the connection ended, and why it did. */
export class Unanswered extends Error {
	override readonly name = 'Unanswered';
	readonly operation: Operation;
	readonly reason: Error;

	constructor(operation: Operation, reason: Error) {
		super(reason.message);
		this.operation = operation;
		this.reason = reason;
	}
}

/**
 * Sends commands in one go and gives their replies, in their order.
 *
 * ioredis' pipeline makes of each command an object, some closures and promises, and copies its words
 * twice: a sixth of a poll by commands. Here it knows of one command, whose bytes are all of
 * them, and which stands in its queue once for each: so it gets every reply, or every failure.
 *
 * @throws {@link Unanswered}
 */
export function sendBatch(redis: Redis, commands: readonly Command[]): Promise<Reply[]> {
	return new Promise((resolve, reject) => {
		if (commands.length === 0) return resolve([]);
		const batch = new Batch(commands, resolve, reject);
		redis.sendCommand(batch);
		const nothingMore = { isPipeline: true, write: () => true, destination: { redis } } as const;
		for (let at = 1; at < commands.length; at++) redis.sendCommand(batch, nothingMore);
	});
}

class Batch extends Sent {
	readonly #bytes: Buffer;
	readonly #replies: Reply[] = [];

	constructor(
		commands: readonly Command[],
		done: (replies: Reply[]) => void,
		failed: (error: Unanswered) => void,
	) {
		super('batch');
		this.#bytes = encoded(commands);
		const take = (reply: Reply) => {
			this.#replies.push(reply);
			if (this.#replies.length === commands.length) done(this.#replies);
		};
		this.resolve = take;
		this.reject = (error) => {
			if (error instanceof ReplyError) return take(new ErrorReply(error.message));
			const under = commands[this.#replies.length] ?? commands[commands.length - 1];
			if (under) failed(new Unanswered(under.operation, error));
		};
	}

	override toWritable(): Buffer {
		return this.#bytes;
	}
}
