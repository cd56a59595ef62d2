import { type Document, type ErrorCode, Lexer, LineCounter, Parser, parseDocument } from 'yaml';
import type { Path } from './mistake.ts';

/** Collections inside each other. The options are five deep; what reads the tree recurses. */
const maxDepth = 64;

/** Something that is wrong at a place of a text. */
export interface TextMistake {
	/** In UTF-16 units, from 0. */
	readonly offset: number;
	readonly path: Path;
	readonly message: string;
}

/** A YAML text, or what is wrong with its syntax. */
export interface ParsedYaml {
	/** Absent where there are mistakes. */
	readonly document?: Document.Parsed;
	readonly lines: LineCounter;
	readonly mistakes: readonly TextMistake[];
}

/**
 * Parses YAML 1.2 (core schema), of one document. Syntax is told up to the first mistake after which
 * the rest can only be guessed. Messages never show what the text says: any of it may be a secret.
 */
export function parseYaml(text: string): ParsedYaml {
	const raw = checkRaw(text);
	if (raw.mistakes.length > 0) return raw;
	const lines = new LineCounter();
	const document = parseDocument(text, {
		lineCounter: lines,
		// Pretty errors quote the line.
		prettyErrors: false,
		stringKeys: true,
		resolveKnownTags: false,
		// Told later, so that a key given twice does not keep the rest from being checked.
		uniqueKeys: false,
	});
	const { explicit, version } = document.directives.yaml;
	if (explicit && version !== '1.2') {
		// Its `yes` and `no` are booleans, `1:30` and `010` are numbers.
		const message = `YAML ${version}, expected YAML 1.2`;
		return { lines, mistakes: [{ offset: text.indexOf('%YAML'), path: [], message }] };
	}
	const errors = [...document.errors, ...document.warnings];
	if (errors.length === 0) return { document, lines, mistakes: [] };

	const mistakes: TextMistake[] = [];
	for (const { code, message, pos } of errors.toSorted((a, b) => a.pos[0] - b.pos[0])) {
		const [offset] = pos;
		const { line } = lines.linePos(offset);
		const lineText = text.slice(lines.lineStarts[line - 1], lines.lineStarts[line]);
		const hint = lineText.includes('${') ? ' (a variable inside [ ] or { } needs quotes)' : '';
		const said = words[code] ?? `not YAML: ${message}`;
		mistakes.push({ offset, path: [], message: `${said}${hint}` });
		if (!harmless.has(code)) break;
	}
	return { lines, mistakes };
}

/**
 * What must be known before the parser proper: the depth, for it recurses, and Node can abort when
 * the stack is full; and control characters, which it lets pass and YAML forbids.
 */
function checkRaw(text: string): ParsedYaml {
	const lines = new LineCounter();
	lines.addNewLine(0);
	const refuse = (offset: number, message: string): ParsedYaml => ({
		lines,
		mistakes: [{ offset, path: [], message }],
	});
	// This first stage of the parser does not recurse.
	const parser = new Parser(lines.addNewLine);
	for (const lexeme of new Lexer().lex(text)) {
		// It goes on only while somebody takes its tokens.
		for (const _token of parser.next(lexeme));
		if (parser.stack.length > maxDepth) {
			return refuse(parser.offset, `more than ${maxDepth} lists and maps inside each other`);
		}
	}
	const control = text.search(/[^\P{Cc}\t\n\r\x85]/u);
	if (control >= 0) {
		return refuse(control, 'a control character, as in binary files: is this the right file?');
	}
	// YAML takes it for the end of a line, the parser does not.
	const carriageReturn = text.search(/\r(?!\n)/);
	if (carriageReturn < 0) return { lines, mistakes: [] };
	return refuse(
		carriageReturn,
		'a carriage return without a line feed, expected either line ends of Unix or of Windows',
	);
}

/** Errors after which the parser is still right about the rest. */
const harmless: ReadonlySet<ErrorCode> = new Set([
	'BAD_ALIAS',
	'BAD_DIRECTIVE',
	'BAD_DQ_ESCAPE',
	'BAD_SCALAR_START',
	'NON_STRING_KEY',
	'TAG_RESOLVE_FAILED',
]);

const wrongText = 'not YAML here: a text with special characters needs quotes';

/** Better words for some errors; for others the parser's own, where they do not quote the text. */
const words: Readonly<Partial<Record<ErrorCode, string>>> = {
	BAD_ALIAS: 'an alias (*name) without a name: a text that begins with * needs quotes',
	BAD_COLLECTION_TYPE: 'a tag (!name) that does not fit: a text that begins with ! needs quotes',
	BAD_DIRECTIVE: 'a directive (%name) that is not known',
	BAD_DQ_ESCAPE: 'an unknown escape in double quotes: a backslash itself is written twice',
	BAD_SCALAR_START: 'a text that begins with this character needs quotes',
	BLOCK_AS_IMPLICIT_KEY: 'a second key on the line: a text with a colon and a space needs quotes',
	IMPOSSIBLE: wrongText,
	MULTILINE_IMPLICIT_KEY: 'expected key: value on one line, with a space after the colon',
	MULTIPLE_DOCS: 'a second document begins here, expected only one',
	NON_STRING_KEY: 'expected a text as key',
	RESOURCE_EXHAUSTION: wrongText,
	TAB_AS_INDENT: 'a tab as indentation: YAML wants spaces',
	TAG_RESOLVE_FAILED: 'a tag (!name) that is not known: a text that begins with ! needs quotes',
	UNEXPECTED_TOKEN: wrongText,
};
