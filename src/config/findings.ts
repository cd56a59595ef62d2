import { z } from 'zod';
import { nearest } from '../options/nearest.ts';
import { booleanHint, quoted, shown } from '../options/quoted.ts';
import { isPlainKey, type Path } from './mistake.ts';

/** A mistake in a value that was read from somewhere. */
export interface Finding {
	/** Where: a value's own path, also when it is missing. */
	readonly path: Path;
	/** It is about the last key of the path, not about that key's value. */
	readonly aboutKey?: true;
	readonly message: string;
}

/** What a value means, or everything that is wrong with it: at most one finding a path. */
export type Checked<Meaning> =
	| { readonly ok: true; readonly data: Meaning }
	| { readonly ok: false; readonly findings: readonly Finding[] };

type Told = z.core.ParseContext<z.core.$ZodIssue>;

/**
 * Checks a value, as {@link Tree} makes it of YAML, against a schema.
 *
 * @param more - finds what the schema gives up on, with the same words
 */
export function checkAgainst<Meaning>(
	schema: z.ZodType<Meaning>,
	value: unknown,
	more: (told: Told) => readonly z.core.$ZodIssue[] = () => [],
): Checked<Meaning> {
	/** The keys that an object can have, by the list of those that it cannot: zod does not tell. */
	const knownKeys = new Map<readonly string[], readonly string[]>();
	const told: Told = {
		error(issue) {
			const { schema: owner } = issue;
			if (issue.code === 'unrecognized_keys' && owner instanceof z.ZodObject) {
				knownKeys.set(issue.keys, Object.keys(owner.shape).sort());
			}
			return explain(issue);
		},
	};
	const result = schema.safeParse(value, told);
	if (result.success) return { ok: true, data: result.data };

	const findings = new Map<string, Finding>();
	const add = (finding: Finding) => {
		const key = JSON.stringify(finding.path);
		if (!findings.has(key)) findings.set(key, finding);
	};
	for (const issue of [...result.error.issues, ...more(told)].flatMap(unfold)) {
		const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
		if (issue.code !== 'unrecognized_keys') {
			add({ path, message: issue.message });
			continue;
		}
		const known = knownKeys.get(issue.keys) ?? [];
		for (const key of issue.keys) {
			add({ path: [...path, key], aboutKey: true, message: unknownKey(key, known) });
		}
	}
	return { ok: false, findings: [...findings.values()] };
}

/** What is wrong inside the one form of an option that the value has; else that it has none. */
function unfold(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
	if (issue.code !== 'invalid_union') return [issue];
	const isOther = (inner: z.core.$ZodIssue) =>
		inner.path.length === 0 && ['invalid_type', 'invalid_value'].includes(inner.code);
	const form = issue.errors.find((issues) => !issues.some(isOther));
	if (form === undefined) return [issue];
	return form.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })).flatMap(unfold);
}

/** Words for what zod found, where the schema has none of its own. */
function explain(issue: z.core.$ZodRawIssue): string {
	switch (issue.code) {
		case 'invalid_type': {
			const expected = kinds[issue.expected] ?? issue.expected;
			return wrongValue(expected, issue.input);
		}
		case 'invalid_value':
			return wrongWord(issue.values.map(String), issue.input);
		case 'invalid_union': {
			const { discriminator = '', options } = issue;
			const form = issue.input as Readonly<Record<string, unknown>>;
			return wrongWord((options as unknown[]).map(String), form[discriminator]);
		}
		default:
			return 'not what is expected here';
	}
}

const kinds: Readonly<Record<string, string>> = {
	string: 'a text',
	object: 'a map',
	array: 'a list',
	boolean: 'true or false',
};

function wrongValue(expected: string, input: unknown): string {
	if (input === undefined) return `missing, ${expected} is expected`;
	// A text in the wrong place may be a secret.
	const got = typeof input === 'string' ? 'a text' : shown(input);
	const quotes = expected === 'a text' && ['number', 'boolean'].includes(typeof input);
	const hint = expected === kinds.boolean ? booleanHint(input) : '';
	return `expected ${expected}, got ${got}${quotes ? ': put it in quotes' : hint}`;
}

function wrongWord(words: readonly string[], input: unknown): string {
	const expected = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
	if (typeof input !== 'string') return wrongValue(expected, input);
	// What is no single word may be a whole line with a secret in it.
	if (!isPlainKey(input)) return `expected ${expected}, got another text`;
	const near = nearest(input, words);
	return `expected ${expected}, got ${quoted(input)}${near ? `: did you mean ${near}?` : ''}`;
}

function unknownKey(key: string, known: readonly string[]): string {
	const near = nearest(key, known);
	if (near !== undefined && isPlainKey(key)) return `unknown key: did you mean ${near}?`;
	const missing = isPlainKey(key) ? '' : ' (is a colon or the space after it missing?)';
	return `unknown key${missing}; known here: ${known.join(', ')}`;
}
