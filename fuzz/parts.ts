import { configPart } from './config.ts';
import { httpPart } from './http.ts';
import { kafkaPart } from './kafka.ts';
import { kafkaPollPart } from './kafka-poll.ts';
import { natsPart } from './nats.ts';
import type { Part } from './part.ts';
import { redisPart } from './redis.ts';

/** What is fuzzed, by name. */
export const parts = {
	config: configPart,
	kafka: kafkaPart,
	'kafka-poll': kafkaPollPart,
	redis: redisPart,
	nats: natsPart,
	http: httpPart,
} as const satisfies Record<string, () => Part | Promise<Part>>;

export type PartName = keyof typeof parts;

export function isPart(name: string): name is PartName {
	return Object.hasOwn(parts, name);
}
