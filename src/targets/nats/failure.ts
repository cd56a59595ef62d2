/** What is asked of a server: the label `operation` of `stream_target_requests_total`. */
export const operations = [
	'connect',
	'stream_list',
	'stream_info',
	'consumer_list',
	'consumer_info',
	'direct_get',
	'message_get',
	'subscribe',
] as const;

export type Operation = (typeof operations)[number];

/** What can go wrong with an installation: the label `problem` of `stream_target_problems_total`. */
export const problemCodes = [
	'unreachable',
	'protocol_error',
	'tls_failed',
	'credentials_unreadable',
	'auth_failed',
	'timeout',
	'connection_lost',
	'jetstream_disabled',
	'not_authorized',
	'api_error',
	'malformed_answer',
	'value_out_of_range',
	'no_leader',
	'missing',
	'ages_skipped',
	'advisories_missed',
] as const;

export type ProblemCode = (typeof problemCodes)[number];

/** Why a connection could not be made, or a request was not answered well. */
export class Failure extends Error {
	override readonly name = 'Failure';
	readonly code: ProblemCode;
	/** The server's own number of an error that it answered with (`err_code`). */
	readonly apiErrorCode?: number;
	/** Nobody listens to the subject. */
	readonly noResponders: boolean;
	/** What the server's permissions do not let the user do. */
	readonly refused?: Refused;

	/** @param reason - what happened and what to do about it, without saying of whom */
	constructor(
		code: ProblemCode,
		reason: string,
		options: ErrorOptions & {
			readonly apiErrorCode?: number;
			readonly noResponders?: boolean;
			readonly refused?: Refused;
		} = {},
	) {
		super(reason, options);
		this.code = code;
		this.noResponders = options.noResponders ?? false;
		if (options.apiErrorCode !== undefined) this.apiErrorCode = options.apiErrorCode;
		if (options.refused !== undefined) this.refused = options.refused;
	}
}

/** A permission that a user lacks, as the server's configuration has them. */
export interface Refused {
	readonly verb: 'publish' | 'subscribe';
	readonly subject: string;
}

/** The failure of what an ended signal cut short. */
export function ended(signal: AbortSignal, what: string): Failure {
	const why = signal.reason instanceof Error ? signal.reason.message : 'the attempt was ended';
	return new Failure('timeout', `${what}: ${why}`, { cause: signal.reason });
}
