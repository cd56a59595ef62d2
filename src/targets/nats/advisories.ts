import { z } from 'zod';
import type { GivenUp } from './ages/ages.ts';
import type { Connection } from './connection/connection.ts';
import type { Failure } from './failure.ts';
import { type Finding, found } from './findings.ts';
import { maxDeliveries } from './subjects.ts';

const operation = 'subscribe';

/** The part of an advisory that is read. */
const advisory = z.object({
	stream: z.string(),
	consumer: z.string(),
	stream_seq: z.number(),
	domain: z.string().optional(),
});

/** Sequences that are remembered of one consumer: the latest. */
const sequencesAtMost = 1000;

/** What was given up by one consumer. */
interface Tally {
	count: number;
	readonly sequences: Set<number>;
}

/**
 * Messages that were given up after their last delivery, counted since the target was made. The
 * server tells each of them once, to whoever listens at that moment.
 */
export class Advisories {
	/** By stream and consumer, as the server has them. */
	readonly #tallies = new Map<string, Tally>();
	#heardBefore = false;
	#missed = false;
	#refused: Failure | undefined;
	#unreadable = 0;

	/** Listens over a connection that was just made; what was told since the last one ended is missed. */
	listen(connection: Connection, domain: string | undefined): void {
		this.#missed = this.#heardBefore;
		this.#refused = undefined;
		// Over leaf nodes those of other domains are heard too.
		const own = domain ?? connection.server.domain;
		connection.listen(
			maxDeliveries,
			(data) => this.#note(data, own),
			(failure) => {
				this.#refused = failure;
			},
		);
		this.#heardBefore = true;
	}

	/** Why they are not heard over the present connection, as known so far. */
	get refused(): Failure | undefined {
		return this.#refused;
	}

	/** Absent: not told, for the user may not hear them and never could. */
	countOf(stream: string, consumer: string): number | undefined {
		const count = this.#tallyOf(stream, consumer)?.count;
		return count ?? (this.#refused ? undefined : 0);
	}

	/** The sequences that a consumer gave up above its acknowledgement floor; absent: none. */
	givenUp(stream: string, consumer: string, floor: number): GivenUp | undefined {
		const sequences = this.#tallyOf(stream, consumer)?.sequences;
		for (const sequence of sequences ?? []) if (sequence <= floor) sequences?.delete(sequence);
		if (sequences === undefined || sequences.size === 0) return undefined;
		return { consumer, sequences: new Set(sequences) };
	}

	/** Which consumers were counted so far. */
	known(): readonly string[] {
		return [...this.#tallies.keys()];
	}

	/** Forgets those of {@link known} that a complete listing did not show. */
	forget(known: readonly string[], listed: ReadonlyMap<string, Iterable<string>>): void {
		const still = new Set<string>();
		for (const [stream, consumers] of listed) {
			for (const consumer of consumers) still.add(key(stream, consumer));
		}
		for (const one of known) if (!still.has(one)) this.#tallies.delete(one);
	}

	/** What kept them from being counted since this was asked last. */
	findings(): Finding[] {
		const findings: Finding[] = [];
		if (this.#refused) findings.push(found(this.#refused, operation, maxDeliveries));
		if (this.#missed && !this.#refused) {
			findings.push({
				code: 'advisories_missed',
				operation,
				subject: maxDeliveries,
				reason: 'the connection was lost; messages given up meanwhile are not counted',
			});
		}
		if (this.#unreadable > 0) {
			const reason = `${this.#unreadable} advisories cannot be read`;
			findings.push({ code: 'malformed_answer', operation, subject: maxDeliveries, reason });
		}
		this.#missed = false;
		this.#unreadable = 0;
		return findings;
	}

	/** Mostly there are none, and no key need be made. */
	#tallyOf(stream: string, consumer: string) {
		return this.#tallies.size === 0 ? undefined : this.#tallies.get(key(stream, consumer));
	}

	#note(data: Uint8Array, ownDomain: string | undefined): void {
		const parsed = advisory.safeParse(parseJson(data));
		if (!parsed.success) {
			this.#unreadable += 1;
			return;
		}
		const { stream, consumer, domain, stream_seq: sequence } = parsed.data;
		if (domain !== ownDomain) return;
		const name = key(stream, consumer);
		const tally = this.#tallies.get(name) ?? { count: 0, sequences: new Set() };
		this.#tallies.set(name, tally);
		tally.count += 1;
		tally.sequences.add(sequence);
		const [oldest] = tally.sequences;
		if (tally.sequences.size > sequencesAtMost && oldest) tally.sequences.delete(oldest);
	}
}

/** Names of streams and consumers hold no dots. */
function key(stream: string, consumer: string): string {
	return `${stream}.${consumer}`;
}

function parseJson(data: Uint8Array): unknown {
	try {
		return JSON.parse(new TextDecoder().decode(data));
	} catch {
		return undefined;
	}
}
