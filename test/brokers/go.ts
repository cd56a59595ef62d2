import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { findOnPath, type Progress } from './found.ts';

const timeoutMs = 900_000;

/**
 * Builds a program of Go into a folder.
 *
 * @param program - with its version: `github.com/nats-io/nats-server/v2@v2.10.29`
 */
export async function goInstall(
	program: string,
	folder: string,
	progress: Progress,
): Promise<void> {
	progress('downloading and building with go install, which takes minutes');
	await runCommand(go(), ['install', program], { env: { GOBIN: folder }, timeoutMs });
}

/**
 * Downloads the source of a Go module, to where Go keeps it.
 *
 * @returns its folder, which cannot be written
 */
export async function goModule(module: string, progress: Progress): Promise<string> {
	progress(`downloading ${module} with go`);
	// Else Go would look for a module of the project's own.
	const cwd = await mkdtemp(join(tmpdir(), 'stream-lag-exporter-go-'));
	try {
		const args = ['mod', 'download', '-json', module];
		const { stdout } = await runCommand(go(), args, { cwd, timeoutMs });
		return JSON.parse(stdout).Dir;
	} finally {
		await rm(cwd, { recursive: true });
	}
}

function go(): string {
	const path = findOnPath('go');
	if (path === undefined) throw new Error('no go on PATH');
	return path;
}
