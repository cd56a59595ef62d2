/** Exit codes: all went well; something did not; the command line or the configuration is wrong. */
export const exitOk = 0;
export const exitFailed = 1;
export const exitUsage = 2;

/** Tells something on standard error. */
export function complain(line: string): void {
	process.stderr.write(`${line}\n`);
}

/** Writes everything to standard output before the process may exit, even into a slow pipe. */
export async function print(text: string): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		// Whoever reads may have seen enough: `once | head -1`.
		const done = (error?: Error | null) =>
			error && (error as NodeJS.ErrnoException).code !== 'EPIPE' ? reject(error) : resolve();
		process.stdout.once('error', done);
		process.stdout.write(text, done);
	});
}
