import type { Consumer, Status } from '../../model.ts';

/** From no trouble to the worst; a table sorted by status shows the worst first. */
const troubles: readonly Status[] = [
	...(['ok', 'paused', 'catching_up', 'rewound', 'unknown'] as const),
	...(['behind', 'stalled', 'blocked', 'stopped', 'losing'] as const),
];

/** Every status, the worst first. */
export const statuses: readonly Status[] = [...troubles].reverse();

const ranks = Object.fromEntries(troubles.map((status, rank) => [status, rank])) as Readonly<
	Record<Status, number>
>;

export const orders = ['asc', 'desc'] as const;
export type Order = (typeof orders)[number];

/** What a column is sorted by, and the order that shows first what matters most. */
interface Column {
	readonly order: Order;
	/** Undefined: not known. */
	readonly key: (consumer: Consumer) => number | string | undefined;
}

const ascending = (key: Column['key']): Column => ({ order: 'asc', key });
const descending = (key: Column['key']): Column => ({ order: 'desc', key });

/** What consumers can be sorted by, named as in JSON. */
const columns = {
	status: descending(({ status }) => ranks[status]),
	target: ascending(({ target }) => target),
	platform: ascending(({ platform }) => platform),
	stream: ascending(({ stream }) => stream),
	consumer_group: ascending(({ consumerGroup }) => consumerGroup),
	lag: descending(({ lag }) => lag),
	lag_seconds: descending(({ lagSeconds }) => lagSeconds),
	pending: descending(({ pending }) => pending),
	members: descending(({ members }) => members),
	drain_seconds: descending(({ drainSeconds }) => drainSeconds),
	retention_headroom_seconds: ascending((consumer) => consumer.retentionHeadroomSeconds),
} as const satisfies Readonly<Record<string, Column>>;

export type SortColumn = keyof typeof columns;
export const sortColumns = Object.keys(columns) as SortColumn[];

/** The order that a column has when none is asked for. */
export function usualOrder(column: SortColumn): Order {
	return columns[column].order;
}

/**
 * Compares by a column. What is not known comes last in either order; of equals the larger lag comes
 * first, then names decide, so that the order is the same every time.
 */
export function comparison(column: SortColumn, order: Order) {
	const { key } = columns[column];
	const sign = order === 'asc' ? 1 : -1;
	return (a: Consumer, b: Consumer): number => {
		const left = key(a);
		const right = key(b);
		if (left !== right) {
			if (left === undefined) return 1;
			if (right === undefined) return -1;
			return left < right ? -sign : sign;
		}
		return (
			(b.lag ?? -1) - (a.lag ?? -1) ||
			compare(a.target, b.target) ||
			compare(a.stream, b.stream) ||
			compare(a.consumerGroup, b.consumerGroup)
		);
	};
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The first of what a sort would give, without sorting all: there may be 100,000, and a hundred are
 * asked for.
 */
export function firstOf<Item>(
	items: Iterable<Item>,
	count: number,
	compareItems: (a: Item, b: Item) => number,
): Item[] {
	let first: Item[] = [];
	let last: Item | undefined;
	for (const item of items) {
		if (last !== undefined && compareItems(item, last) >= 0) continue;
		first.push(item);
		if (first.length < 2 * count) continue;
		first = first.sort(compareItems).slice(0, count);
		last = first[count - 1];
	}
	return first.sort(compareItems).slice(0, count);
}
