import { kafka } from './kafka/index.ts';
import { nats } from './nats/index.ts';
import { redis } from './redis/index.ts';
import type { Platform } from './target.ts';

/** Every platform there is: a folder beside this file, and a line here. */
export const platforms: readonly Platform[] = [
	kafka, //
	redis,
	nats,
];
