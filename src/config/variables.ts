/** Environment variables; those that are not set are absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What became of a text with variables in it. */
export interface Expanded {
	readonly text: string;
	/** The variables that it asked for. */
	readonly asked: readonly string[];
	readonly mistakes: readonly string[];
}

/**
 * Replaces `${VAR}`, `${VAR:-default}` (the default where VAR is unset or empty), `${VAR:?message}`
 * (a mistake there) and `$$` (a dollar sign). Any other dollar sign stands for itself. What a
 * variable holds is not expanded again.
 */
export function expandVariables(source: string, env: Environment): Expanded {
	const asked: string[] = [];
	const mistakes: string[] = [];
	const text = source.replace(/\$\$|\$\{([^}]*)(\}?)/g, (whole, inside?: string, end?: string) => {
		if (inside === undefined) return '$';
		const form = end === '}' ? /^([A-Za-z_]\w*)(?::([-?])(.*))?$/s.exec(inside) : null;
		if (form === null || inside.includes('${')) {
			// The text itself is not shown: it may be a part of a secret.
			mistakes.push(
				`expected \${VAR}, \${VAR:-default} or \${VAR:?message} (a dollar sign itself is $$)`,
			);
			return whole;
		}
		const [, name = '', sign, rest = ''] = form;
		asked.push(name);
		const value = Object.hasOwn(env, name) ? env[name] : undefined;
		if (value !== undefined && (value !== '' || sign === undefined)) return value;
		if (sign === '-') return rest.replaceAll('$$', () => '$');
		const state = value === undefined ? 'is not set' : 'is empty';
		mistakes.push(`the variable ${name} ${state}${rest === '' ? '' : `: ${rest}`}`);
		return whole;
	});
	return { text, asked, mistakes };
}
