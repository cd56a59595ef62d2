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
export class First<Item> {
	readonly #count: number;
	readonly #compare: (a: Item, b: Item) => number;
	/** All that may be among the first, in no order. */
	#items: Item[] = [];
	/** What comes after this one is not; undefined until so many are known. */
	#last: Item | undefined;

	constructor(count: number, compare: (a: Item, b: Item) => number) {
		this.#count = count;
		this.#compare = compare;
	}

	/** Whether an item may be among the first, by those that were added. */
	wants(item: Item): boolean {
		return this.#last === undefined || this.#compare(item, this.#last) < 0;
	}

	add(item: Item): void {
		this.#items.push(item);
		if (this.#items.length < 2 * this.#count) return;
		this.#items = this.sorted();
		this.#last = this.#items.at(-1);
	}

	sorted(): Item[] {
		return this.#items.sort(this.#compare).slice(0, this.#count);
	}
}
