import { z } from 'zod';

/** Who leads a stream; told in a cluster only. */
export const cluster = z.object({ leader: z.string().optional() }).optional();

/**
 * Only the leader of a stream or consumer tells the truth: without one, the others report zeros or what once was
 * (nats-server#8140).
 */
export function hasNoLeader(entry: { readonly cluster?: z.output<typeof cluster> }): boolean {
	return entry.cluster !== undefined && (entry.cluster.leader ?? '') === '';
}
