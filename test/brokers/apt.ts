import { lstatSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { runCommand } from './command.ts';
import type { Progress } from './found.ts';

/**
 * Unpacks Debian packages, and those they depend on that the system lacks, into a folder. Installs
 * nothing, needs no root, and leaves apt's own state as it is: where its lists lack a package or are
 * stale, new ones are read into a temporary folder.
 *
 * @throws Error in one line
 */
export async function unpackPackages(
	packages: readonly string[],
	folder: string,
	progress: Progress,
): Promise<void> {
	const temporary = await mkdtemp(join(folder, '.apt-'));
	try {
		const asRoot = ['-o', 'APT::Sandbox::User=root'];
		const debs = join(temporary, 'debs');
		await mkdir(debs);
		await download(packages, debs, asRoot, progress).catch(async () => {
			const options = [...asRoot, ...(await privateState(temporary))];
			progress('reading the lists of packages with apt-get update, into a temporary folder');
			await runCommand('apt-get', ['update', ...options], { timeoutMs: 180_000 });
			await download(packages, debs, options, progress);
		});
		for (const deb of await readdir(debs)) {
			await runCommand('dpkg-deb', ['-x', join(debs, deb), folder], { timeoutMs: 120_000 });
		}
	} finally {
		await rm(temporary, { recursive: true, force: true });
	}
	await relink(folder);
}

/** What an unpacked program needs to find the libraries that were unpacked beside it. */
export function libraryPath(folder: string): NodeJS.ProcessEnv {
	const libraries = ['usr/lib', 'lib']
		.map((name) => join(folder, name))
		.flatMap((path) => [
			path,
			...namesIn(path)
				.filter((name) => name.includes('-linux-'))
				.map((name) => join(path, name)),
		]);
	const before = process.env.LD_LIBRARY_PATH;
	return { LD_LIBRARY_PATH: [...libraries, ...(before ? [before] : [])].join(':') };
}

async function privateState(temporary: string): Promise<string[]> {
	const lists = join(temporary, 'lists');
	const cache = join(temporary, 'cache');
	await mkdir(join(lists, 'partial'), { recursive: true });
	await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
	return ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`];
}

async function download(
	packages: readonly string[],
	folder: string,
	options: readonly string[],
	progress: Progress,
): Promise<void> {
	const simulated = await runCommand(
		'apt-get',
		['install', '--simulate', '--no-install-recommends', ...options, ...packages],
		{ timeoutMs: 60_000, env: { LC_ALL: 'C' } },
	);
	const missing = [...simulated.stdout.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => name ?? []);
	const names = [...new Set([...packages, ...missing])];
	const more = names.length - packages.length;
	progress(
		`downloading ${packages.join(', ')}${more > 0 ? ` and ${more} more that they need` : ''} with apt-get`,
	);
	await runCommand('apt-get', ['download', ...options, ...names], {
		cwd: folder,
		timeoutMs: 600_000,
	});
}

/**
 * Makes links lead where they would if the packages were installed: to what was unpacked here, else
 * to what the system has.
 */
async function relink(root: string, path = '/'): Promise<void> {
	for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
		const installed = join(path, entry.name);
		if (entry.isDirectory()) await relink(root, installed);
		if (!entry.isSymbolicLink()) continue;
		const link = join(root, installed);
		const target = resolve(path, await readlink(link));
		const unpacked = join(root, target);
		await rm(link);
		await symlink(exists(unpacked) ? relative(dirname(link), unpacked) : target, link);
	}
}

function exists(path: string): boolean {
	return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function namesIn(path: string): string[] {
	return exists(path) ? readdirSync(path) : [];
}
