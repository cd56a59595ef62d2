import { lstatSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { loadShortForm, shortFormVariables } from './environment.ts';
import type { Mistake } from './mistake.ts';
import type { Config } from './plan.ts';
import { decodeConfig, readConfigFile, readReferenced, UnreadableFileError } from './read-file.ts';
import { validate } from './validate.ts';
import type { Environment } from './variables.ts';
import { loadYaml } from './yaml-config.ts';

/** Where a configuration may come from. */
export interface Sources {
	/** The file that was asked for. */
	readonly file: string | undefined;
	/** The file that is taken where none was asked for and this one exists. */
	readonly defaultFile: string;
	/** What both are relative to. */
	readonly cwd: string;
	readonly env: Environment;
}

/** A configuration and where it came from, or every mistake in it, in the order of the text. */
export type Loaded =
	| {
			readonly ok: true;
			readonly config: Config;
			/** The file as it was named, or the variables that it came from. */
			readonly source: string;
			/** The file, where it came from one. */
			readonly file?: string;
			/** Variables that are set and would configure targets, had the source not come first. */
			readonly ignoredVariables: readonly string[];
	  }
	| { readonly ok: false; readonly mistakes: readonly Mistake[] };

const inlineVariable = 'STREAM_LAG_CONFIG';

/**
 * Loads the configuration from the first that there is: the file, the YAML in `STREAM_LAG_CONFIG`,
 * the short form in the environment. Opens no socket. Does not throw for what is found there.
 */
export function loadConfig({ file, defaultFile, cwd, env }: Sources): Loaded {
	const path = file ?? (isThere(resolve(cwd, defaultFile)) ? defaultFile : undefined);
	if (path !== undefined) {
		const absolute = resolve(cwd, path);
		const loaded = loadText(path, () => readConfigFile(absolute), dirname(absolute), env);
		return loaded.ok ? { ...loaded, file: path } : loaded;
	}
	const inline = env[inlineVariable];
	if (inline) return loadText(inlineVariable, () => decodeConfig(Buffer.from(inline)), cwd, env);
	const short = loadShortForm(env);
	if (short?.ok === false) return short;
	if (short !== undefined) {
		const { config, variables } = short;
		return { ok: true, config, source: variables.join(', '), ignoredVariables: [] };
	}
	const message = `no such file, and nothing else is configured: write it, name another with --config.file, or set ${inlineVariable}, KAFKA_BROKERS, REDIS_URL or NATS_URL`;
	return { ok: false, mistakes: [{ file: defaultFile, message }] };
}

/**
 * Whether a path is taken: also by a link that leads nowhere and by what may not be looked at, which
 * are then mistakes. As if they were not there, something else would be read in silence.
 */
function isThere(path: string): boolean {
	try {
		return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
	} catch {
		return true;
	}
}

/** @param folder - where relative paths in the text begin */
function loadText(source: string, read: () => string, folder: string, env: Environment): Loaded {
	let text: string;
	try {
		text = read();
	} catch (error) {
		if (!(error instanceof UnreadableFileError)) throw error;
		return { ok: false, mistakes: [{ file: source, message: error.message }] };
	}
	const form = { expected: 'at least targets', validate };
	const loaded = loadYaml(text, source, env, (path) => readReferenced(path, folder), form);
	if (!loaded.ok) return loaded;
	const ignoredVariables = [inlineVariable, ...shortFormVariables].filter(
		(name) => env[name] && name !== source && !loaded.askedVariables.has(name),
	);
	return { ok: true, config: loaded.data, source, ignoredVariables };
}
