import type { Redis } from '../../brokers/index.ts';
import { countedLags, plainUser } from './server.ts';

/** Both ways of reading, as options of a target. */
export const ways = [
	['script', {}],
	['commands', plainUser.login],
] as const;

/** Ten entries on the stream `s`, 1-0 to 10-0. */
export const ten = Array.from({ length: 10 }, (_, at) => `XADD s ${at + 1}-0 entry ${at + 1}`);
export const create = 'XGROUP CREATE s g 0';
export const read = (count: number) => `XREADGROUP GROUP g one COUNT ${count} STREAMS s >`;

/** Runs commands, each a text of words. */
export async function play(server: Redis, steps: readonly string[]): Promise<void> {
	for (const step of steps) await server.cli(...step.split(' '));
}

export const address = ({ port }: Redis) => `redis://127.0.0.1:${port}`;

/** The lag of the only group that there is. */
export async function countedLag(server: Redis): Promise<number | undefined> {
	const [lag] = (await countedLags(server)).values();
	return lag;
}
