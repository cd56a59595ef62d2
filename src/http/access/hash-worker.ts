import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** Whether a password has a bcrypt hash. */
export interface HashQuestion {
	readonly id: number;
	readonly password: string;
	readonly hash: string;
}

export interface HashAnswer {
	readonly id: number;
	readonly matches: boolean;
}

parentPort?.on('message', ({ id, password, hash }: HashQuestion) => {
	const matches = compareSync(password, hash);
	parentPort?.postMessage({ id, matches } satisfies HashAnswer);
});
