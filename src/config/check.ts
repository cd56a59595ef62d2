import type { z } from 'zod';
import { durationText } from '../options/duration.ts';
import { type Path, spellPath } from './mistake.ts';

// These checks also run where single options are mistaken (see `thorough`), hence what they expect.

interface Timing {
	readonly interval?: unknown;
	readonly timeout?: unknown;
}

interface Named {
	readonly name?: unknown;
}

interface Target {
	readonly poll?: Timing | null | undefined;
}

/** No two members of a list have the same name. */
export function checkNames(list: string) {
	return (members: unknown, context: z.core.$RefinementCtx): void => {
		if (!Array.isArray(members)) return;
		const firstWith = new Map<unknown, number>();
		for (const [at, member] of members.entries()) {
			const name = (member as Named | null)?.name;
			const other = firstWith.get(name);
			if (typeof name !== 'string') continue;
			if (other === undefined) firstWith.set(name, at);
			else {
				const message = `${list}[${other}] has the same name`;
				context.addIssue({ code: 'custom', path: [at, 'name'], message });
			}
		}
	};
}

/** No poll may take longer than its interval, neither by `poll` nor by what a target changes. */
export function checkTimeouts(
	config: { readonly poll?: Timing; readonly targets?: unknown },
	context: z.core.$RefinementCtx,
): void {
	// A mistaken option is there as it was written, not as the milliseconds that it should become.
	const mistaken = new Set(context.issues.map(({ path = [] }) => spellPath(path as Path)));
	const check = ({ interval, timeout }: Timing, path: Path) => {
		if (typeof interval !== 'number' || typeof timeout !== 'number' || timeout <= interval) return;
		if (['interval', 'timeout'].some((key) => mistaken.has(spellPath([...path, key])))) return;
		const message = `must not exceed the interval: ${durationText(timeout)} is more than ${durationText(interval)}`;
		context.addIssue({ code: 'custom', path: [...path, 'timeout'], message });
	};
	check(config.poll ?? {}, ['poll']);
	if (!Array.isArray(config.targets)) return;
	for (const [at, target] of config.targets.entries()) {
		// Of an unknown platform nothing was read yet, and numbers are as they were written.
		if (mistaken.has(spellPath(['targets', at, 'platform']))) continue;
		const own = (target as Target | null)?.poll;
		if (own?.interval === undefined && own?.timeout === undefined) continue;
		check({ ...config.poll, ...own }, ['targets', at, 'poll']);
	}
}
