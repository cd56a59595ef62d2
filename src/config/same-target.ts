import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { TextFile } from '../options/file.ts';
import { Secret } from '../options/secret.ts';
import type { TargetPlan } from './plan.ts';

/**
 * Whether two plans read the same in the same way at the same pace, so that what was learnt by one
 * holds for the other. What files hold counts, for it can change under their names; how many series
 * are exported does not.
 */
export function sameTarget(a: TargetPlan, b: TargetPlan): boolean {
	return (
		isDeepStrictEqual(comparable(a), comparable(b)) &&
		sameContents(contents(a.options), contents(b.options))
	);
}

/** A plan as data. Options are as they would be written, for patterns and the like hold functions. */
function comparable({ name, platform, options, poll, keepFailedMs }: TargetPlan): unknown {
	return [name, platform.name, z.encode(platform.options, options), poll, keepFailedMs];
}

type Content = Secret | TextFile;

/** What is not shown when options are written, in their order. */
function contents(options: unknown): readonly Content[] {
	if (options instanceof Secret || options instanceof TextFile) return [options];
	if (Array.isArray(options)) return options.flatMap(contents);
	if (typeof options !== 'object' || options === null) return [];
	// What is of a class of its own was compared as it is written.
	if (Object.getPrototypeOf(options) !== Object.prototype) return [];
	return Object.values(options).flatMap(contents);
}

function sameContents(a: readonly Content[], b: readonly Content[]): boolean {
	return a.length === b.length && a.every((one, at) => sameContent(one, b[at] as Content));
}

function sameContent(a: Content, b: Content): boolean {
	if (a instanceof Secret) return b instanceof Secret && a.equals(b);
	return b instanceof TextFile && a.text === b.text;
}
