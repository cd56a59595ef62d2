import type { z } from 'zod';
import { platforms } from '../targets/index.ts';
import { effectiveYaml } from './effective.ts';
import { type Checked, checkAgainst } from './findings.ts';
import { type Config, plan } from './plan.ts';
import { likelyTarget, schema } from './schema.ts';

/** Checks a value, as {@link Tree} makes it of YAML, and makes the configuration of it. */
export function validate(value: unknown): Checked<Config> {
	const checked = checkAgainst(schema, value, (told) => issuesOfUnknownPlatforms(value, told));
	if (!checked.ok) return checked;
	const { data } = checked;
	return { ok: true, data: { ...plan(data), effectiveYaml: effectiveYaml(data) } };
}

/** What else is wrong with targets that the schema gives up on, for it does not know their platform. */
function issuesOfUnknownPlatforms(
	value: unknown,
	told: z.core.ParseContext<z.core.$ZodIssue>,
): readonly z.core.$ZodIssue[] {
	const targets = (value as { readonly targets?: unknown } | null)?.targets;
	if (!Array.isArray(targets)) return [];
	return targets.flatMap((given, at) => {
		if (typeof given !== 'object' || given === null || Array.isArray(given)) return [];
		if (platforms.some(({ name }) => name === given.platform)) return [];
		const { target, platform } = likelyTarget(given);
		const issues = target.safeParse({ ...given, platform }, told).error?.issues ?? [];
		return issues.map((issue) => ({ ...issue, path: ['targets', at, ...issue.path] }));
	});
}
