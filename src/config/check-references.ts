import type { z } from 'zod';
import { nearest } from '../options/nearest.ts';
import { type Filter, type Pattern, passes } from '../options/pattern.ts';
import { few, quoted } from '../options/quoted.ts';

// These checks also run where single options are mistaken (see `thorough`): a mistaken option is
// there as it was written.

type Options = Readonly<Record<string, unknown>>;

/** The parts of a configuration that name others of its parts. */
interface Config {
	readonly targets?: unknown;
	readonly objectives?: unknown;
	readonly expected?: unknown;
}

/** What is expected is expected once, of a target that there is, and that reads it. */
export function checkExpected(config: Config, context: z.core.$RefinementCtx): void {
	const targets = named(config.targets);
	if (targets === undefined || !Array.isArray(config.expected)) return;
	const firstWith = new Map<string, number>();
	for (const [at, one] of config.expected.entries()) {
		const { target, stream, consumer_group } = optionsOf(one);
		const refuse = (key: string, message: string) =>
			context.addIssue({ code: 'custom', path: ['expected', at, key], message });
		if (typeof target !== 'string' || target === '') continue;
		const key = JSON.stringify([target, stream, consumer_group]);
		const other = firstWith.get(key);
		firstWith.set(key, other ?? at);
		const options = targets.get(target);
		if (other !== undefined) refuse('target', `expected[${other}] is the same`);
		else if (options === undefined) refuse('target', noTarget(target, [...targets.keys()]));
		else {
			const leftOut = (filter: string) => `the ${filter} of target ${target} leave it out`;
			// A logical stream has another name than the keys that are filtered.
			const isLogical = Array.isArray(options.partitioned) && options.partitioned.length > 0;
			if (!isLogical && !reads(options.streams, stream)) refuse('stream', leftOut('streams'));
			if (!reads(options.groups, consumer_group)) refuse('consumer_group', leftOut('groups'));
			else if (options.ephemeral === 'ignore' && consumer_group === '<ephemeral>') {
				refuse('consumer_group', `target ${target} has ephemeral: ignore`);
			}
		}
	}
}

/** An objective is for targets that there are. */
export function checkMatches(config: Config, context: z.core.$RefinementCtx): void {
	const targets = named(config.targets);
	if (targets === undefined || !Array.isArray(config.objectives)) return;
	const names = [...targets.keys()];
	for (const [at, objective] of config.objectives.entries()) {
		const pattern = optionsOf(optionsOf(objective).match).target;
		if (!isPattern(pattern) || names.some((name) => pattern.matches(name))) continue;
		const path = ['objectives', at, 'match', 'target'];
		context.addIssue({ code: 'custom', path, message: noTarget(pattern.source, names) });
	}
}

/** Targets by their names. Absent: some have none that is right, and who knows what it should be. */
function named(targets: unknown): ReadonlyMap<string, Options> | undefined {
	if (!Array.isArray(targets)) return undefined;
	const members = targets.map(optionsOf);
	const names = members.map(({ name }) => name);
	if (!names.every((name) => typeof name === 'string')) return undefined;
	return new Map(members.map((member, at) => [names[at] as string, member]));
}

/** What to say of a target that is wanted and is none of those that there are. */
export function noTarget(wanted: string, names: readonly string[]): string {
	const near = nearest(wanted, names);
	const hint = near ? `did you mean ${near}?` : `there are ${few(names)}`;
	return `${quoted(wanted)} is the name of no target: ${hint}`;
}

/** Whether a filter lets a name pass; true where one of them is mistaken. */
function reads(filter: unknown, name: unknown): boolean {
	return typeof name !== 'string' || name === '' || !isFilter(filter) || passes(filter, name);
}

function isFilter(value: unknown): value is Filter {
	const { include, exclude } = optionsOf(value);
	return [include, exclude].every((list) => Array.isArray(list) && list.every(isPattern));
}

function isPattern(value: unknown): value is Pattern {
	return typeof optionsOf(value).matches === 'function';
}

function optionsOf(value: unknown): Options {
	return typeof value === 'object' && value !== null ? (value as Options) : {};
}
