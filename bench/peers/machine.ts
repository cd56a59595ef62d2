import { cpus, totalmem } from 'node:os';
import { runCommand } from '../../test/brokers/command.ts';

/** What figures are of: the machine, Node and the commit. */
export async function setting(): Promise<string> {
	const [first, ...others] = cpus();
	const memory = (totalmem() / 2 ** 30).toFixed(0);
	return `${first?.model.trim()}, ${others.length + 1} cores, ${memory} GiB; Node ${process.version}; commit ${await commit()}`;
}

async function commit(): Promise<string> {
	const git = async (...args: string[]) =>
		(await runCommand('git', args, { timeoutMs: 10_000 })).stdout.trim();
	try {
		const changed = (await git('status', '--porcelain', '--untracked-files=no')) !== '';
		return `${await git('rev-parse', '--short', 'HEAD')}${changed ? ' and changes' : ''}`;
	} catch {
		return 'unknown';
	}
}
