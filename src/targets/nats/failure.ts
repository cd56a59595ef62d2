/** What is asked of a server: the label `operation` of `stream_target_requests_total`. */
export const operations = ['connect', 'stream_list', 'consumer_list'] as const;

export type Operation = (typeof operations)[number];

/** What can go wrong with an installation: the label `problem` of `stream_target_problems_total`. */
export const problemCodes = [
	'unreachable',
	'protocol_error',
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
] as const;

export type ProblemCode = (typeof problemCodes)[number];

/** Why a connection could not be made, or a request was not answered well. */
export class Failure extends Error {
	override readonly name = 'Failure';
	readonly code: ProblemCode;
	/** The server's own number of an error that it answered with (`err_code`). */
	readonly apiErrorCode?: number;

	/** @param reason - what happened and what to do about it, without saying of whom */
	constructor(
		code: ProblemCode,
		reason: string,
		options: ErrorOptions & { readonly apiErrorCode?: number } = {},
	) {
		super(reason, options);
		this.code = code;
		if (options.apiErrorCode !== undefined) this.apiErrorCode = options.apiErrorCode;
	}
}

/** The failure of what an ended signal cut short. */
export function ended(signal: AbortSignal, what: string): Failure {
	const why = signal.reason instanceof Error ? signal.reason.message : 'the attempt was ended';
	return new Failure('timeout', `${what}: ${why}`, { cause: signal.reason });
}
