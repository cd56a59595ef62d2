import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';

/** A value of config/reference.yaml with the comment beside it. */
export interface Example {
	/** As in the file: variables are not expanded. */
	readonly value: unknown;
	readonly comment: string | undefined;
	/** What is in it, where it is a map or list. */
	readonly members: ReadonlyMap<string | number, Example>;
}

export function readReference(): Example {
	const file = new URL('../config/reference.yaml', import.meta.url);
	return example(parseDocument(readFileSync(file, 'utf8')).contents);
}

function example(node: Node | null): Example {
	const members = new Map<string | number, Example>();
	if (isMap<Node, Node | null>(node)) {
		for (const { key, value } of node.items) {
			if (isScalar(key)) members.set(String(key.value), example(value));
		}
	} else if (isSeq<Node>(node)) {
		for (const [at, item] of node.items.entries()) members.set(at, example(item));
	}
	// Behind the key of a map it stands before the map, as YAML has it.
	const comment = (node?.comment ?? node?.commentBefore)?.trim();
	return { value: node?.toJS(parseDocument('')), comment, members };
}

type Schema = z.core.JSONSchema.BaseSchema;

/** An option: where it is, what it may be, and where it stands in the reference. */
export interface Option {
	/** `targets[kafka].sasl.mechanism` */
	readonly path: string;
	readonly schema: Schema;
	readonly examples: readonly Example[];
}

/** Every option of a JSON Schema, maps before what is in them. */
export function* optionsOf(
	schema: Schema,
	examples: readonly Example[] = [],
	path = '',
): Generator<Option> {
	for (const form of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])] as Schema[]) {
		const platform = constantOf(form, 'platform');
		const own = examples.filter(({ members }) => members.get('platform')?.value === platform);
		yield* optionsOf(
			form,
			own,
			platform === undefined ? path : path.replace(/\[\]$/, `[${platform}]`),
		);
	}
	for (const [key, option] of Object.entries(schema.properties ?? {})) {
		const own = examples.flatMap(({ members }) => members.get(key) ?? []);
		const at = path === '' ? key : `${path}.${key}`;
		yield { path: at, schema: option as Schema, examples: own };
		yield* optionsOf(option as Schema, own, at);
	}
	if (typeof schema.items === 'object') {
		const own = examples.flatMap(({ members }) => [...members.values()]);
		yield* optionsOf(schema.items as Schema, own, `${path}[]`);
	}
}

function constantOf({ properties }: Schema, key: string): unknown {
	const option = properties?.[key];
	return typeof option === 'object' ? option.const : undefined;
}
