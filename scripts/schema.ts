import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { schema } from '../src/config/schema.ts';
import { optionsOf, readReference } from './reference.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/**
 * The JSON Schema of the configuration, for editors: what may be written, and beside each option what
 * config/reference.yaml says about it.
 */
export function jsonSchema(): Schema {
	const generated = z.toJSONSchema(schema, {
		io: 'input',
		// A file option says in its metadata what it is; a test finds those that say nothing.
		unrepresentable: 'any',
		override: ({ jsonSchema }) => allowVariables(jsonSchema),
	});
	for (const { schema: option, examples } of optionsOf(generated, [readReference()])) {
		const comment = examples.find((example) => example.comment !== undefined)?.comment;
		if (comment !== undefined) option.description = comment;
	}
	return { title: 'Configuration of stream-lag-exporter', ...generated };
}

/** As config/schema.json has it. */
export function jsonSchemaText(): string {
	return `${JSON.stringify(jsonSchema(), undefined, 2)}\n`;
}

export function writeSchema(): void {
	writeFileSync(new URL('../config/schema.json', import.meta.url), jsonSchemaText());
}

/** Where only some texts, or none, are right, `${VAR}` may stand all the same. */
function allowVariables(option: Schema): void {
	const { enum: words, pattern, type } = option;
	if (!(words || pattern || type === 'boolean' || type === 'integer')) return;
	const { default: _, ...form } = option;
	for (const key of Object.keys(form)) delete option[key];
	option.anyOf = [form, { type: 'string', pattern: '\\$\\{' }] as z.core.JSONSchema.JSONSchema[];
}
