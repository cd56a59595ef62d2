import { execFile } from 'node:child_process';

/** How a command ended, and all that it said. */
export interface Outcome {
	readonly ok: boolean;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a command whose refusal is of interest, too. */
export function outcomeOf(
	command: string,
	args: readonly string[],
	options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
	return new Promise((resolve, reject) => {
		execFile(
			command,
			args,
			{
				...(options.cwd !== undefined && { cwd: options.cwd }),
				env: { ...process.env, ...options.env },
				timeout: 60_000,
				maxBuffer: 64 * 1024 * 1024,
			},
			(error, stdout, stderr) => {
				if (error !== null && typeof error.code !== 'number') reject(error);
				else resolve({ ok: error === null, stdout, stderr });
			},
		);
	});
}
