/**
 * A reply as the server gave it: bulk strings as bytes, for keys and groups need not be UTF-8;
 * integers as their digits, for they can be 2^53 or more.
 */
export type Reply = Buffer | string | null | ErrorReply | readonly Reply[];

/** The server's refusal of one command. */
export class ErrorReply {
	/** As the server put it: `WRONGTYPE Operation against …`. */
	readonly message: string;

	constructor(message: string) {
		this.message = message;
	}
}
