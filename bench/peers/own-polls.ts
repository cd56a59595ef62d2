/** What an exporter that polls at its own pace told of its polls so far, at the end of its metrics. */
export interface OwnPolls {
	readonly count: number;
	/** Of which everything was read. */
	readonly whole: number;
	/** Of all of them. */
	readonly sumMs: number;
	/** When the last one had read everything, in milliseconds since 1970. */
	readonly endedAtMs: number;
}

/** Reads them from a body of metrics of one target, looking from its end, for it can be large. */
export function ownPolls(body: Buffer): OwnPolls {
	const valueAt = (at: number) => {
		const line = body.subarray(at + 1, body.indexOf('\n', at + 1)).toString();
		return at === -1 ? Number.NaN : Number(line.slice(line.lastIndexOf(' ')));
	};
	const value = (metric: string) => valueAt(body.lastIndexOf(`\n${metric}{`));
	const polls = body.lastIndexOf('# TYPE stream_target_polls_total ');
	return {
		count: value('stream_target_poll_duration_seconds_count'),
		whole: valueAt(body.lastIndexOf('\n', body.indexOf('result="ok"', polls))),
		sumMs: 1000 * value('stream_target_poll_duration_seconds_sum'),
		endedAtMs: 1000 * value('stream_target_last_success_timestamp_seconds'),
	};
}
