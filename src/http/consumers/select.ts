import type { Consumer, Records, Status } from '../../model.ts';
import type { Pattern } from '../../options/pattern.ts';
import { look } from '../../records.ts';
import { comparison, First } from './columns.ts';
import type { ConsumersQuery } from './query.ts';

/** What a query found. */
export interface Selection {
	/** How many match. */
	readonly total: number;
	/** The first of them. */
	readonly consumers: readonly Consumer[];
	/** Whether all that match are one group of one target, perhaps on several streams. */
	readonly oneGroup: boolean;
	/** How many of each status there are, whatever statuses are asked for. */
	readonly byStatus: ReadonlyMap<Status, number>;
}

/** Looks at every consumer once. */
export function select(consumers: Records<Consumer>, query: ConsumersQuery): Selection {
	const passes = filterOf(query);
	const hasStatus = remembered(query.status);
	const byStatus = new Map<Status, number>();
	const first = new First(query.limit, comparison(query.sort, query.order));
	let total = 0;
	let one: Pick<Consumer, 'target' | 'consumerGroup'> | undefined;
	let oneGroup = true;
	for (let row = 0; row < consumers.length; row++) {
		const consumer = look(consumers, row);
		if (!passes(consumer)) continue;
		const { status, target, consumerGroup } = consumer;
		byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
		if (!hasStatus(status)) continue;
		total += 1;
		one ??= { target, consumerGroup };
		oneGroup &&= one.consumerGroup === consumerGroup && one.target === target;
		if (first.wants(consumer)) first.add(consumers.at(row) as Consumer);
	}
	return { total, consumers: first.sorted(), oneGroup: oneGroup && total > 0, byStatus };
}

function filterOf({ target, platform, stream, consumerGroup, search }: ConsumersQuery) {
	const ofTarget = remembered(target);
	const ofPlatform = remembered(platform);
	const ofStream = anyOf(stream);
	const ofGroup = anyOf(consumerGroup);
	const isFound = (name: string) => search === undefined || name.toLowerCase().includes(search);
	return (consumer: Consumer): boolean =>
		ofTarget(consumer.target) &&
		ofPlatform(consumer.platform) &&
		ofStream(consumer.stream) &&
		ofGroup(consumer.consumerGroup) &&
		(isFound(consumer.consumerGroup) || isFound(consumer.stream) || isFound(consumer.target));
}

/** Whether any pattern matches; absent patterns let everything through. */
function anyOf(patterns: readonly Pattern[] | undefined): (name: string) => boolean {
	if (patterns === undefined) return () => true;
	const literals = new Set(patterns.map(({ literal }) => literal));
	const others = patterns.filter(({ literal }) => literal === undefined);
	return (name) => literals.has(name) || others.some((pattern) => pattern.matches(name));
}

/** The same for names of which there are few: each is matched once. */
function remembered(patterns: readonly Pattern[] | undefined): (name: string) => boolean {
	const matches = anyOf(patterns);
	const known = new Map<string, boolean>();
	return (name) => {
		let does = known.get(name);
		if (does === undefined) {
			does = matches(name);
			known.set(name, does);
		}
		return does;
	};
}
