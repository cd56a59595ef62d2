import type { Declaration, TargetFamily } from './catalogue/family.ts';
import { groupFamilies } from './catalogue/group.ts';
import { expectationFamilies } from './catalogue/objective.ts';
import { streamFamilies } from './catalogue/stream.ts';
import { targetFamilies } from './catalogue/target.ts';
import { escapeCharacter } from './labels.ts';

/** Every family whose lines come from polls, in the order of the exposition. */
export const polledFamilies: readonly Declaration[] = [
	...groupFamilies,
	...expectationFamilies,
	...streamFamilies,
	...(targetFamilies satisfies readonly TargetFamily[]),
];

/** The HELP and TYPE of each of them. */
export const headers: readonly Buffer[] = polledFamilies.map(({ name, help, type }) =>
	Buffer.from(
		`# HELP ${name} ${help.replace(/[\\\n]/g, escapeCharacter)}\n# TYPE ${name} ${type}\n`,
	),
);
