import { readFileSync } from 'node:fs';

/** What is running, as `--version` and `stream_lag_exporter_build_info` tell it. */
export interface Build {
	readonly version: string;
	/** The commit that the image was built from; `unknown` elsewhere. */
	readonly revision: string;
	readonly nodeVersion: string;
}

/** @param env - the image sets `STREAM_LAG_REVISION` */
export function buildOf(env: Readonly<Record<string, string | undefined>>): Build {
	const manifest: unknown = JSON.parse(
		readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
	);
	const { version } = manifest as { version: string };
	return {
		version,
		revision: env.STREAM_LAG_REVISION || 'unknown',
		nodeVersion: process.version,
	};
}
