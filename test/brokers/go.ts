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

function go(): string {
	const path = findOnPath('go');
	if (path === undefined) throw new Error('no go on PATH');
	return path;
}
