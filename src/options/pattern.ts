import { RE2JS, RE2JSException } from 're2js';
import { z } from 'zod';
import { quoted } from './quoted.ts';
import { thorough } from './thorough.ts';

/** What a name must look like. */
export interface Pattern {
	/** As it was written. */
	readonly source: string;
	/** The one name that it means, where it has no wildcard. */
	readonly literal?: string;
	matches(name: string): boolean;
}

/** Which names are read: those that an `include` matches and no `exclude` does. */
export interface Filter {
	readonly include: readonly Pattern[];
	readonly exclude: readonly Pattern[];
}

export function passes({ include, exclude }: Filter, name: string): boolean {
	const matches = (pattern: Pattern) => pattern.matches(name);
	return include.some(matches) && !exclude.some(matches);
}

/** A name that a pattern means. */
export interface Example {
	readonly pattern: Pattern;
	readonly name: string;
}

/**
 * For each `include` a name that passes the filter, made up where it has wildcards. None for regular
 * expressions, and where `exclude` stands against it.
 */
export function examples(filter: Filter): readonly Example[] {
	return filter.include.flatMap((pattern) => {
		if (isExpression(pattern.source)) return [];
		const name =
			pattern.literal ??
			pattern.source.replace(
				/\\(.)|\*|\?/gsu,
				(wildcard, escaped?: string) =>
					escaped ?? (wildcard === '*' ? 'stream-lag-exporter-doctor' : 'x'),
			);
		return passes(filter, name) ? [{ pattern, name }] : [];
	});
}

/**
 * The schema of a {@link Filter}, with its defaults as they would be written.
 */
export function filter(defaults: { include: readonly string[]; exclude: readonly string[] }) {
	return z
		.strictObject({
			include: z
				.array(pattern)
				.min(1, 'expected at least one pattern: without any, nothing is read')
				.prefault([...defaults.include]),
			exclude: z.array(pattern).prefault([...defaults.exclude]),
		})
		.superRefine((given, context) => checkContradiction(given, defaults.exclude, context), thorough)
		.prefault({});
}

/**
 * What is included and then left out reads nothing in silence: a mistake where nothing at all is
 * left, and where it is the default of `exclude`, which nobody wrote, that leaves it out.
 */
function checkContradiction(
	{ include, exclude }: { readonly include?: unknown; readonly exclude?: unknown },
	defaultExclude: readonly string[],
	context: z.core.$RefinementCtx,
): void {
	if (!Array.isArray(include) || !Array.isArray(exclude)) return;
	const excluders = include.map((wanted) => exclude.find((one) => leavesNothing(wanted, one)));
	const isDefault = exclude.map((one) => one?.source).join('\n') === defaultExclude.join('\n');
	if (!isDefault && excluders.includes(undefined)) return;
	for (const [at, by] of excluders.entries()) {
		if (by === undefined) continue;
		const message = `exclude leaves nothing of it, by ${quoted(by.source)}; exclude: [] leaves out nothing`;
		context.addIssue({ code: 'custom', path: ['include', at], message });
	}
}

/**
 * Whether all that one pattern matches is surely matched by another. A glob that matches the very
 * text of another one matches all that the other does, since only its own `*` can match that one's.
 * `exclude: ['*']` is meant so.
 */
function leavesNothing(wanted: Partial<Pattern> | null, by: Partial<Pattern> | null): boolean {
	const source = wanted?.source;
	if (!wanted || source === undefined || by?.source === undefined || by.matches === undefined)
		return false;
	if (wanted.literal !== undefined) return by.source !== '*' && by.matches(wanted.literal);
	const isPlain = (glob: string) => !/^\/|[?\\]/.test(glob);
	return by.source !== '*' && isPlain(source) && isPlain(by.source) && by.matches(source);
}

/** A pattern as it is written: a glob or a `/regular expression/`. */
export const pattern = z.codec(z.string(), z.custom<Pattern>(), {
	decode(source, context) {
		try {
			return compilePattern(source);
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
			context.issues.push({ code: 'custom', input: source, message: error.message });
			return z.NEVER;
		}
	},
	encode: ({ source }) => source,
});

/**
 * Compiles a glob (`*` any run of characters, `?` one character, a backslash takes the next
 * character as it is) or a `/regular expression/` in RE2's syntax. Either must match a whole name.
 * Both run on automata, in time linear in the name: no pattern can hang the exporter.
 *
 * What has a meaning in the globs of others and none here (`[a-z]`, `{a,b}`, `!a`), and what begins
 * like a regular expression, is refused: as plain characters they would match nothing, in silence.
 * Braces without a comma are plain, for Redis Cluster's hash tags are `{a}`.
 *
 * @throws SyntaxError that says what is wrong
 */
export function compilePattern(source: string): Pattern {
	if (source === '') throw new SyntaxError('expected a pattern, got an empty one');
	if (isExpression(source)) return regularExpression(source);
	// The backslash stays, for what stands after `\\a` does not begin the text.
	const bare = source.replace(/\\./gsu, '\\');
	for (const [isForeign, reason] of foreign) {
		if (!isForeign(bare)) continue;
		throw new SyntaxError(`${quoted(source)} ${reason}`);
	}
	return glob(source);
}

function isExpression(source: string): boolean {
	return /^\/.*\/$/su.test(source);
}

/**
 * Tests for what is no glob here, each in time linear in the text, and why. They see the text without
 * what backslashes escape, which is meant so.
 */
const foreign: readonly (readonly [isForeign: (bare: string) => boolean, reason: string])[] = [
	[
		(bare) => bare.startsWith('/'),
		'begins with a slash and does not end with one: a regular expression ends with it, without flags; else write \\/',
	],
	[
		(bare) => bare.startsWith('!'),
		'begins with !: what is left out is listed in exclude; else write \\!',
	],
	[
		(bare) => bare.includes('['),
		'has a [, which is no wildcard: write a /regular expression/, or \\[ for the character',
	],
	[
		hasListInBraces,
		'has a list in braces: write each as a pattern, or a /regular expression/; else write \\{',
	],
];

/** Not by an expression, which would try every brace with every comma. */
function hasListInBraces(bare: string): boolean {
	const closed = bare.split('}').slice(0, -1);
	return closed.some((text) => {
		const open = text.indexOf('{');
		return open !== -1 && text.includes(',', open);
	});
}

function regularExpression(source: string): Pattern {
	if (source === '//') throw new SyntaxError('expected a regular expression between the slashes');
	try {
		const expression = RE2JS.compile(source.slice(1, -1));
		return { source, matches: (name) => expression.matches(name) };
	} catch (error) {
		if (!(error instanceof RE2JSException)) throw error;
		const reason = error.message.replace('error parsing regexp: ', '');
		throw new SyntaxError(
			`${quoted(source)} is not a regular expression in RE2's syntax: ${reason}`,
		);
	}
}

function glob(source: string): Pattern {
	/** The literal texts between wildcards, and the wildcards. */
	const parts: (string | typeof anyRun | typeof anyOne)[] = [];
	let literal = '';
	const characters = Array.from(source);
	for (let at = 0; at < characters.length; at++) {
		let character = characters[at] ?? '';
		if (character === '*' || character === '?') {
			if (literal !== '') parts.push(literal);
			literal = '';
			parts.push(character === '*' ? anyRun : anyOne);
			continue;
		}
		if (character === '\\') {
			at += 1;
			character = characters[at] ?? '';
			if (character === '') {
				throw new SyntaxError(`${quoted(source)} ends in a backslash, which escapes nothing`);
			}
		}
		literal += character;
	}
	if (parts.length === 0) return { source, literal, matches: (name) => name === literal };
	if (literal !== '') parts.push(literal);

	// The two commonest shapes need no automaton: `*` and `prefix*`.
	const [first, second] = parts;
	if (first === anyRun && parts.length === 1) return { source, matches: () => true };
	if (typeof first === 'string' && second === anyRun && parts.length === 2) {
		return { source, matches: (name) => name.startsWith(first) };
	}
	const expression = RE2JS.compile(parts.map(partExpression).join(''), RE2JS.DOTALL);
	return { source, matches: (name) => expression.matches(name) };
}

const anyRun = Symbol('any run of characters');
const anyOne = Symbol('any one character');

function partExpression(part: string | typeof anyRun | typeof anyOne): string {
	if (part === anyRun) return '.*';
	return part === anyOne ? '.' : RE2JS.quote(part);
}
