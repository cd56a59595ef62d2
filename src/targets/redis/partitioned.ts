import type { RE2JS } from 're2js';
import type { PartitionName } from './read/logical.ts';

/** The largest number that the label of a partition can have here. */
const largestPartition = 2 ** 31 - 1;

/**
 * Which partition of which logical stream a key is, by the first pattern that matches its whole
 * name. Absent: no pattern was given. A key whose partition is no number stays a stream of its own.
 *
 * @param patterns - with the groups `stream` and `partition`
 */
export function partitionNames(
	patterns: readonly RE2JS[],
): ((key: string) => PartitionName | undefined) | undefined {
	if (patterns.length === 0) return undefined;
	return (key) => {
		for (const pattern of patterns) {
			const matcher = pattern.matcher(key);
			if (!matcher.matches()) continue;
			const stream = matcher.group('stream') ?? '';
			const digits = matcher.group('partition') ?? '';
			const partition = /^\d{1,10}$/.test(digits) ? Number(digits) : Number.NaN;
			return stream !== '' && partition <= largestPartition ? { stream, partition } : undefined;
		}
		return undefined;
	};
}
