import { type CommandName, commandNames, commands, commonFlags, type Flag } from '../src/usage.ts';

/** The text of docs/cli.md, from what `--help` is made of. */
export function cliPage(): string {
	return `# Command line

Generated from \`src/usage.ts\` by \`npm run docs\`; do not edit.

\`\`\`
stream-lag-exporter [command] [--flag=value ...]
\`\`\`

\`--flag value\` is taken as well. A flag that is unknown, belongs to another command, is given twice or
lacks its value is a mistake; flags are not abbreviated. Results are printed on standard output, the log
and complaints on standard error.

Without a file the environment configures it: [configuration](configuration.md#which-source-wins).

${table([['command', 'does'], ...commandNames.map(row)])}

${commandNames.map(section).join('\n')}
## Every command

${flagList(commonFlags)}
`;
}

function row(name: CommandName): readonly [string, string] {
	return [`[\`${name}\`](#${name})`, commands[name].summary];
}

/** Aligned, as the pages that people write are. */
function table(rows: readonly (readonly [string, string])[]): string {
	const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	const line = (cells: readonly string[]) =>
		`| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
	const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
	const [head, ...others] = rows.map(line);
	return [head, rule, ...others].join('\n');
}

function section(name: CommandName): string {
	const { summary, details, flags } = commands[name];
	return `## ${name}

${capitalised(summary)}.

${details}

${flagList(flags)}
`;
}

function flagList(flags: readonly Flag[]): string {
	return flags.map(flagLine).join('\n');
}

function flagLine({ name, value, help }: Flag): string {
	return `- \`--${name}${value === undefined ? '' : `=${value}`}\`: ${help}`;
}

function capitalised(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
