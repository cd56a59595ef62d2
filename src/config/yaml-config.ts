import type { Mistake } from './mistake.ts';
import { spellPath } from './mistake.ts';
import type { Config } from './plan.ts';
import { type ReadReferenced, Tree } from './tree.ts';
import { validate } from './validate.ts';
import type { Environment } from './variables.ts';
import { parseYaml, type TextMistake } from './yaml.ts';

/** The configuration that a text holds, or its mistakes in the order of the text. */
export type LoadedYaml =
	| {
			readonly ok: true;
			readonly config: Config;
			/** The environment variables that the text asks for. */
			readonly askedVariables: ReadonlySet<string>;
	  }
	| { readonly ok: false; readonly mistakes: readonly Mistake[] };

/**
 * Loads the text of a configuration file. Mistakes in its syntax are told alone, for the rest can
 * only be guessed; all others are told together.
 *
 * @param file - how mistakes name the text
 */
export function loadYaml(
	text: string,
	file: string,
	env: Environment,
	readReferenced: ReadReferenced,
): LoadedYaml {
	const { document, lines, mistakes: syntaxMistakes } = parseYaml(text);
	const fail = (mistakes: readonly TextMistake[]): LoadedYaml => ({
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
		return { ok: false, mistakes: [{ file, message: 'empty: at least targets is expected' }] };
	}

	const tree = new Tree(document, env, readReferenced);
	const validated = validate(tree.value);
	if (validated.ok) {
		const { config } = validated;
		return tree.mistakes.length > 0
			? fail(tree.mistakes)
			: { ok: true, config, askedVariables: tree.asked };
	}
	const findings = validated.findings.flatMap(({ path, aboutKey, message }): TextMistake[] => {
		const { offset, mistaken } = tree.locate(path, aboutKey ? 'key' : 'value');
		return mistaken ? [] : [{ offset, path, message }];
	});
	return fail([...tree.mistakes, ...findings]);
}
