import { z } from 'zod';
import { Secret } from './secret.ts';

/**
 * A file that an option names, with what it held when the configuration was loaded. Schemas read
 * nothing themselves: the loader puts one of these wherever a key ends in `_file`.
 */
export class ReferencedFile {
	/** As it is written in the configuration. */
	readonly path: string;
	readonly content: FileContent;
	readonly #reread: () => FileContent;

	/** @param reread - reads the file again */
	constructor(path: string, content: FileContent, reread = () => content) {
		this.path = path;
		this.content = content;
		this.#reread = reread;
	}

	/** What the file holds by now. */
	reread(): FileContent {
		return this.#reread();
	}
}

/** The text of a file, or why there is none, in words that do not show the path. */
export type FileContent =
	| { readonly ok: true; readonly text: string }
	| { readonly ok: false; readonly message: string };

/** The text of a file that is no secret. */
export class TextFile {
	/** As it is written in the configuration. */
	readonly path: string;
	readonly text: string;

	constructor(path: string, text: string) {
		this.path = path;
		this.text = text;
	}
}

/** A secret that was read from a file: in the effective configuration it is the file's path. */
export class SecretFile extends Secret {
	/** As it is written in the configuration. */
	readonly path: string;
	readonly #reread: () => FileContent;

	constructor(path: string, value: string, reread: () => FileContent) {
		super(value);
		this.path = path;
		this.#reread = reread;
	}

	/**
	 * What the file holds now, for those who log in again after it was rotated.
	 *
	 * @throws Error that says why it cannot be read
	 */
	current(): Secret {
		const content = this.#reread();
		if (!content.ok) throw new Error(content.message);
		return new Secret(withoutNewline(content.text));
	}
}

/** What the loader gives when a configuration is read; a path when it is written. */
const referenced = z
	.custom<ReferencedFile | string>(
		(value) => value instanceof ReferencedFile || typeof value === 'string',
		{
			error: ({ input }) =>
				input === undefined
					? 'missing, the path of a file is expected'
					: 'expected the path of a file (digits alone need quotes)',
		},
	)
	.meta({ type: 'string' });

/** A file of text, such as certificates: its path in the file, its content in the program. */
export const textFile = fileOption(
	z.instanceof(TextFile),
	({ path }, text) => new TextFile(path, text),
	'the file is empty',
);

/**
 * A file that holds a secret, the twin of an option that is one: its path in the file, a
 * {@link Secret} in the program. One newline at its end is not part of the secret.
 */
export const secretFile = fileOption(
	z.instanceof(SecretFile),
	(file, text) => new SecretFile(file.path, withoutNewline(text), () => file.reread()),
	'expected a secret in the file, it is empty',
).meta({ writeOnly: true });

/**
 * For checks across options: of a secret and its `_file` twin only one is given.
 *
 * @param name - of the option without `_file`
 * @returns whether one of them is
 */
export function checkTwins(
	options: Readonly<Record<string, unknown>>,
	name: string,
	context: z.core.$RefinementCtx,
): boolean {
	const twin = `${name}_file`;
	const given = [name, twin].filter((key) => options[key] !== undefined);
	if (given.length === 2) {
		const message = `${name} is given too: give only one`;
		context.addIssue({ code: 'custom', path: [twin], message });
	}
	return given.length > 0;
}

function fileOption<Content extends { readonly path: string }>(
	content: z.ZodType<Content, Content>,
	make: (file: ReferencedFile, text: string) => Content,
	whenEmpty: string,
) {
	return z.codec(referenced, content, {
		decode(file, context) {
			// Only a path that the loader did not see is still a text: a defect, not a mistake.
			if (!(file instanceof ReferencedFile)) throw new TypeError('the option must end in _file');
			const refuse = (message: string) => {
				context.issues.push({ code: 'custom', input: undefined, message });
				return z.NEVER;
			};
			if (!file.content.ok) return refuse(file.content.message);
			const text = file.content.text;
			return text.trim() === '' ? refuse(whenEmpty) : make(file, text);
		},
		encode: ({ path }) => path,
	});
}

function withoutNewline(text: string): string {
	return text.replace(/\r?\n$/, '');
}
