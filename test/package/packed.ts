import { existsSync } from 'node:fs';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../brokers/command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What `npm pack` made of the project. */
export interface Packed {
	/** Of the archive. */
	readonly path: string;
	readonly sizeBytes: number;
	/** The paths in it. */
	readonly files: readonly string[];
}

/**
 * Packs a copy of the project as it stands here, without what git ignores: packing builds anew, and
 * other tests run what is built here.
 *
 * @param folder - an empty one, for the copy and the archive
 */
export async function pack(folder: string): Promise<Packed> {
	const copy = join(folder, 'copy');
	await copyProject(copy);
	const { stdout } = await runCommand('npm', ['pack', '--json', '--pack-destination', folder], {
		cwd: copy,
		timeoutMs: 120_000,
	});
	// What the build prints comes first.
	const [told] = JSON.parse(stdout.slice(stdout.search(/^\[$/m))) as [PackResult];
	return {
		path: join(folder, told.filename),
		sizeBytes: told.size,
		files: told.files.map(({ path }) => path),
	};
}

interface PackResult {
	readonly filename: string;
	readonly size: number;
	readonly files: readonly { readonly path: string }[];
}

/** Copies what git tracks or would track, as it stands, and lends it the installed packages. */
export async function copyProject(folder: string): Promise<void> {
	const { stdout } = await runCommand(
		'git',
		['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'],
		{ cwd: root, timeoutMs: 30_000 },
	);
	for (const path of stdout.split('\0')) {
		// One that was deleted is listed until that is committed.
		if (path === '' || !existsSync(join(root, path))) continue;
		await mkdir(dirname(join(folder, path)), { recursive: true });
		await cp(join(root, path), join(folder, path));
	}
	await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
}

/** Installs an archive, with what it needs from npm's cache or registry. */
export async function install(
	archive: string,
	args: readonly string[],
	cwd: string,
): Promise<void> {
	await runCommand(
		'npm',
		['install', '--no-audit', '--no-fund', '--prefer-offline', ...args, archive],
		{ cwd, timeoutMs: 300_000 },
	);
}
