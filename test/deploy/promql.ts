/**
 * The names of metrics in an expression of PromQL: every name that is left when strings, matchers,
 * ranges and lists of labels are taken out, and that is no function, operator or unit.
 */
export function metricsIn(expression: string): string[] {
	const bare = expression
		.replace(/"(?:[^"\\]|\\.)*"/g, '""')
		.replace(/\{[^}]*\}/g, ' ')
		.replace(/\[[^\]]*\]/g, ' ')
		.replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
		.replace(/\boffset\s+\w+/g, ' ');
	const names = bare.matchAll(/(?<![\w:.$])[a-zA-Z_:][\w:]*(?!\s*\(|[\w:])/g);
	return [...new Set([...names].map(([name]) => name))].filter((name) => !operators.has(name));
}

const operators = new Set(['and', 'or', 'unless', 'bool', 'inf', 'nan']);
