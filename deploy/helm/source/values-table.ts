import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';

/** Each value of the chart with its default and the comment above it, as a table of Markdown. */
export function valuesTable(valuesYaml: string): string {
	const { contents } = parseDocument(valuesYaml);
	if (!isMap(contents)) throw new Error('values.yaml is no map');
	const rows = [['value', 'default', 'is'], ...rowsOf(contents, '')];
	const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => width(row[column]))));
	const line = (cells: readonly string[]) =>
		`| ${cells.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell))).join(' | ')} |\n`;
	const [head = [], ...body] = rows;
	const rule = widths.map((of) => '-'.repeat(of));
	return [head, rule, ...body].map(line).join('');
}

/** A map that has defaults of its own in it is told key by key, and itself where a comment is about it. */
function rowsOf(map: YAMLMap, path: string): string[][] {
	return map.items.flatMap(({ key, value }, index) => {
		if (!isScalar(key)) throw new Error(`a key of ${path || 'values.yaml'} is no text`);
		const name = `${path}${key.value}`;
		const first = index === 0 ? map.commentBefore : undefined;
		const comment = told(key.commentBefore ?? first);
		if (isMap(value) && value.items.length > 0) {
			// The comment of a map's first key is kept with the map by the parser.
			const rows = rowsOf(value as YAMLMap, `${name}.`);
			return comment === '' ? rows : [[`\`${name}\``, '', comment], ...rows];
		}
		const shown = JSON.stringify(isScalar(value) ? value.value : (value as YAMLMap).toJSON());
		return [[`\`${name}\``, `\`${shown}\``, comment]];
	});
}

function told(comment: string | null | undefined): string {
	const lines = (comment ?? '').split('\n').map((line) => line.trim());
	return lines.join(' ').trim().replaceAll('|', '\\|');
}

function width(cell = ''): number {
	return [...cell].length;
}
