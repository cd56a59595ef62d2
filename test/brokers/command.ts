import { type ChildProcess, execFile } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** Commands that run now: nothing of theirs shall go on when this process is told to end. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
	for (const child of running) child.kill('SIGKILL');
});

/** Where and how long a command runs. */
export interface CommandOptions {
	readonly cwd?: string;
	/** Added to the environment of this process. */
	readonly env?: NodeJS.ProcessEnv;
	readonly timeoutMs: number;
}

/**
 * Runs a command to its end.
 *
 * @returns what it wrote to standard output, and to standard error
 * @throws Error in one line when it cannot be started, ends with another code than 0 or takes too
 * long, with the line in which it says why
 */
export function runCommand(
	command: string,
	args: readonly string[],
	options: CommandOptions,
): Promise<{ stdout: string; stderr: string }> {
	return new Promise((resolve, reject) => {
		const child = execFile(
			command,
			args,
			{
				...(options.cwd === undefined ? {} : { cwd: options.cwd }),
				env: { ...process.env, ...options.env },
				timeout: options.timeoutMs,
				killSignal: 'SIGKILL',
				maxBuffer: 64 * 1024 * 1024,
			},
			(error, stdout, stderr) => {
				running.delete(child);
				if (error === null) {
					resolve({ stdout, stderr });
					return;
				}
				const told = tellingLine(`${stdout}\n${stderr}`);
				const reason = error.killed
					? `took longer than ${options.timeoutMs / 1000} s`
					: typeof error.code === 'string'
						? `could not be started (${error.code})`
						: `ended with ${error.signal ?? `code ${error.code}`}`;
				reject(new Error(`${command} ${reason}${told === undefined ? '' : `: ${told}`}`));
			},
		);
		running.add(child);
	});
}

/** The first line that tells of an error, else the last one. */
function tellingLine(text: string): string | undefined {
	const lines = stripVTControlCharacters(text)
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => line !== '');
	return lines.find((line) => /error|exception|^E: /i.test(line)) ?? lines.at(-1);
}
