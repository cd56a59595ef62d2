import { stringify } from 'yaml';
import { z } from 'zod';
import { type CheckedConfig, schema } from './schema.ts';

/**
 * A configuration as YAML, with every default and with what variables stood for. Secrets are
 * `<secret>`, files are their paths.
 */
export function effectiveYaml(config: CheckedConfig): string {
	const { targets, ...rest } = z.encode(schema, config);
	return stringify(
		{
			...rest,
			targets: targets.map(({ name, platform, ...options }) => ({ name, platform, ...options })),
		},
		{ lineWidth: 0 },
	);
}
