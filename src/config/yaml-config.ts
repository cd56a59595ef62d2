import type { Checked } from './findings.ts';
import type { Mistake } from './mistake.ts';
import { spellPath } from './mistake.ts';
import { type ReadReferenced, Tree } from './tree.ts';
import type { Environment } from './variables.ts';
import { parseYaml, type TextMistake } from './yaml.ts';

/** What a text means, or its mistakes in the order of the text. */
export type LoadedYaml<Meaning> =
	| {
			readonly ok: true;
			readonly data: Meaning;
			/** The environment variables that the text asks for. */
			readonly askedVariables: ReadonlySet<string>;
	  }
	| { readonly ok: false; readonly mistakes: readonly Mistake[] };

/** What a file of its kind holds. */
export interface YamlForm<Meaning> {
	/** What an empty one lacks. */
	readonly expected: string;
	validate(value: unknown): Checked<Meaning>;
}

/**
 * Loads the text of a configuration file. Mistakes in its syntax are told alone, for the rest can
 * only be guessed; all others are told together.
 *
 * @param file - how mistakes name the text
 */
export function loadYaml<Meaning>(
	text: string,
	file: string,
	env: Environment,
	readReferenced: ReadReferenced,
	form: YamlForm<Meaning>,
): LoadedYaml<Meaning> {
	const { document, lines, mistakes: syntaxMistakes } = parseYaml(text);
	const fail = (mistakes: readonly TextMistake[]): LoadedYaml<Meaning> => ({
		ok: false,
		mistakes: mistakes
			.toSorted((a, b) => a.offset - b.offset)
			.map(({ offset, path, message }): Mistake => {
				const { line, col } = lines.linePos(offset);
				const spelled = path.length > 0 && { path: spellPath(path) };
				return { file, line, column: col, ...spelled, message };
			}),
	});
	if (document === undefined) return fail(syntaxMistakes);
	if (document.contents === null) {
		return { ok: false, mistakes: [{ file, message: `empty: ${form.expected} is expected` }] };
	}

	const tree = new Tree(document, env, readReferenced);
	const validated = form.validate(tree.value);
	if (validated.ok) {
		return tree.mistakes.length > 0
			? fail(tree.mistakes)
			: { ok: true, data: validated.data, askedVariables: tree.asked };
	}
	const findings = validated.findings.flatMap(({ path, aboutKey, message }): TextMistake[] => {
		const { offset, mistaken } = tree.locate(path, aboutKey ? 'key' : 'value');
		return mistaken ? [] : [{ offset, path, message }];
	});
	return fail([...tree.mistakes, ...findings]);
}
