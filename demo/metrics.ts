/** Lag and pending of a group as /metrics tells them; absent: it does not. */
export interface Told {
	readonly lag?: number;
	readonly pending?: number;
}

const line = /^stream_consumer_(lag|pending)\{(.*)\} (\S+)$/gm;

/**
 * Reads the lag and the pending messages of every group out of a text of metrics.
 *
 * @returns by {@link groupKey}
 */
export function readMetrics(text: string): Map<string, Told> {
	const groups = new Map<string, Told>();
	for (const [, metric = '', labelText = '', value] of text.matchAll(line)) {
		const labels = labelsOf(labelText);
		const key = groupKey(labels.platform, labels.stream, labels.consumer_group);
		groups.set(key, { ...groups.get(key), [metric]: Number(value) });
	}
	return groups;
}

/** The labels of one line, by name: what stands between its braces. Escapes stay as they are. */
export function labelsOf(text: string): Readonly<Record<string, string | undefined>> {
	return Object.fromEntries(
		[...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]),
	);
}

/** One name for a group of all platforms. */
export function groupKey(
	platform: string | undefined,
	stream: string | undefined,
	group: string | undefined,
): string {
	return JSON.stringify([platform, stream, group]);
}
