import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import {
	assignment,
	expand,
	type Instruction,
	jsonWords,
	pairs,
	type Stage,
} from './dockerfile.ts';

/** What a build gave, and what its last stage says about running it. */
export interface Image {
	/** Stands for `/` of the image. */
	readonly root: string;
	readonly workdir: string;
	readonly env: Readonly<Record<string, string>>;
	readonly labels: Readonly<Record<string, string>>;
	readonly user: string;
	readonly entrypoint: readonly string[];
	readonly healthcheck: readonly string[];
}

/**
 * Carries out the instructions of a Dockerfile without a container engine: each stage has a folder
 * for its root, base images are empty, and node, npm and the shell are those of this machine.
 *
 * @param context - a folder with the files that `.dockerignore` lets in
 * @param folder - an empty one, in which stages get their own
 */
export async function build(
	stages: readonly Stage[],
	context: string,
	folder: string,
	progress: (line: string) => void,
): Promise<Image> {
	const roots = new Map<string, string>();
	let image: Image | undefined;
	for (const [index, stage] of stages.entries()) {
		const root = join(folder, stage.name ?? `stage-${index}`);
		mkdirSync(root);
		image = await run(stage, root, (from) => sourceOf(from, roots, context), progress);
		if (stage.name !== undefined) roots.set(stage.name, root);
	}
	if (image === undefined) throw new Error('a Dockerfile without FROM');
	return image;
}

async function run(
	{ instructions }: Stage,
	root: string,
	source: (from: string | undefined) => string,
	progress: (line: string) => void,
): Promise<Image> {
	const { PATH, HOME } = process.env;
	const known = new Map<string, string>();
	const env: Record<string, string> = {};
	const labels: Record<string, string> = {};
	let workdir = '/';
	let user = 'root';
	let entrypoint: readonly string[] = [];
	let healthcheck: readonly string[] = [];
	for (const instruction of instructions) {
		const { name, rest, line } = instruction;
		switch (name) {
			case 'ARG':
				known.set(...assignment(rest));
				break;
			case 'ENV':
				for (const [key, value] of pairs(expand(rest, known))) {
					env[key] = value;
					known.set(key, value);
				}
				break;
			case 'LABEL':
				for (const [key, value] of pairs(expand(rest, known))) labels[key] = value;
				break;
			case 'WORKDIR':
				workdir = rest;
				mkdirSync(join(root, workdir), { recursive: true });
				break;
			case 'COPY':
				copy(instruction, join(root, workdir), source);
				break;
			case 'RUN':
				// It runs in this machine's own root.
				if (/(^|[\s=])\//.test(rest))
					throw new Error(`Dockerfile:${line}: an absolute path in RUN`);
				progress(`Dockerfile:${line}: ${rest}`);
				await promisify(execFile)('sh', ['-ec', rest], {
					cwd: join(root, workdir),
					// What the lock file wants is the same wherever it comes from.
					env: { PATH, HOME, npm_config_prefer_offline: 'true', ...env },
					maxBuffer: 16 * 1024 * 1024,
				});
				break;
			case 'USER':
				user = rest;
				break;
			case 'ENTRYPOINT':
				entrypoint = jsonWords(instruction);
				break;
			case 'HEALTHCHECK':
				healthcheck = jsonWords(instruction);
				break;
			case 'EXPOSE':
				break;
			default:
				throw new Error(`Dockerfile:${line}: ${name} is not known to this test`);
		}
	}
	return { root, workdir, env, labels, user, entrypoint, healthcheck };
}

function sourceOf(
	from: string | undefined,
	roots: ReadonlyMap<string, string>,
	context: string,
): string {
	if (from === undefined) return context;
	const root = roots.get(from);
	if (root === undefined) throw new Error(`COPY --from=${from}: no such stage above`);
	return root;
}

/** As Docker does: the content of a folder, files into a folder where that is named with a slash. */
function copy(
	{ rest, line }: Instruction,
	workdir: string,
	source: (from: string | undefined) => string,
): void {
	const words = rest.split(/\s+/);
	const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
	const target = words.pop() ?? '';
	if (isAbsolute(target) || target.includes('..') || words.some((word) => /^--|[*?[]/.test(word))) {
		throw new Error(`Dockerfile:${line}: COPY ${rest} is not known to this test`);
	}
	for (const word of words) {
		const path = join(source(from), normalize(word));
		if (!existsSync(path)) throw new Error(`Dockerfile:${line}: ${word} is not there`);
		const intoFolder = target.endsWith('/') && !statSync(path).isDirectory();
		const to = intoFolder ? join(workdir, target, basename(word)) : join(workdir, target);
		cpSync(path, to, { recursive: true, verbatimSymlinks: true });
	}
}
