/** Of a CustomResourceDefinition what tells its schema. */
export interface Crd {
	readonly spec: {
		readonly names: { readonly kind: string };
		readonly versions: readonly {
			readonly name: string;
			readonly schema: { readonly openAPIV3Schema: Schema };
		}[];
	};
}

type Schema = Readonly<Record<string, unknown>>;

/** JSON schemas of the kind that is defined, by its name and version in lower case. */
export function schemasOf({ spec }: Crd): readonly (readonly [name: string, schema: unknown])[] {
	return spec.versions.map(({ name, schema }) => [
		`${spec.names.kind.toLowerCase()}-${name}`,
		strict(schema.openAPIV3Schema),
	]);
}

/** Keys that are not named are mistakes, as with `kubectl apply --validate=strict`. */
function strict(schema: Schema): Schema {
	const result: Record<string, unknown> = {};
	for (const [key, value] of Object.entries(schema)) {
		if (key === 'properties') {
			const properties = Object.entries(value as Record<string, Schema>);
			result.properties = Object.fromEntries(properties.map(([name, of]) => [name, strict(of)]));
		} else if (key === 'items' || (key === 'additionalProperties' && typeof value === 'object')) {
			result[key] = strict(value as Schema);
		} else if (!key.startsWith('x-kubernetes-')) {
			result[key] = value;
		}
	}
	// The server fills metadata's own schema in, and keeps here what it does not know.
	const open =
		schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties;
	if (schema.properties !== undefined && !open) result.additionalProperties = false;
	if (schema['x-kubernetes-int-or-string'] === true) delete result.type;
	return result;
}
