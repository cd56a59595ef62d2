import type { Consumer, Records, Status } from '../../model.ts';
import type { Pattern } from '../../options/pattern.ts';
import { look } from '../../records.ts';
import { comparison, firstOf } from './columns.ts';
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
	const matching: Consumer[] = [];
	let oneGroup = true;
	for (let row = 0; row < consumers.length; row++) {
		const looked = look(consumers, row);
		if (!passes(looked)) continue;
		byStatus.set(looked.status, (byStatus.get(looked.status) ?? 0) + 1);
		if (!hasStatus(looked.status)) continue;
		const consumer = consumers.at(row) as Consumer;
		matching.push(consumer);
		const [first] = matching;
		if (first === undefined) continue;
		oneGroup &&= first.consumerGroup === consumer.consumerGroup && first.target === consumer.target;
	}
	return {
		total: matching.length,
		consumers: firstOf(matching, query.limit, comparison(query.sort, query.order)),
		oneGroup: oneGroup && matching.length > 0,
		byStatus,
	};
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
