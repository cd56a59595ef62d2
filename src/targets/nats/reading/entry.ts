import { hasNoLeader } from './leader.ts';

/**
 * What the server tells of a consumer, as far as it is read. Numbers may be beyond 2^53, which makes
 * them unknown (see `count`).
 */
export interface ConsumerEntry {
	/** When it was made, in milliseconds since 1970. */
	readonly createdMs: number;
	/** Not so: ephemeral. A name alone does not make a consumer durable. */
	readonly isDurable: boolean;
	/** Not so: its clients pull. */
	readonly isPush: boolean;
	/** Whether anyone has to acknowledge what is delivered; if not, nothing can be pending. */
	readonly acknowledges: boolean;
	readonly deliverPolicy: string | undefined;
	/** Where it began, if its policy says so: a sequence, or milliseconds since 1970. */
	readonly startSequence: number | undefined;
	readonly startMs: number | undefined;
	/** How many messages may be delivered and not acknowledged: `max_ack_pending`. */
	readonly pendingLimit: number | undefined;
	/** The subjects that it takes of its stream; none: all. */
	readonly filters: readonly string[];
	/** The sequence in its stream of the last message delivered. */
	readonly delivered: number;
	/** Deliveries, each counted again that is made again. */
	readonly deliveries: number;
	/** The sequence in its stream up to which all is acknowledged. */
	readonly floor: number;
	/** When it delivered or got an acknowledgement last. Absent: not since the server was started. */
	readonly lastActiveMs: number | undefined;
	/** Not delivered yet: `num_pending`. */
	readonly undelivered: number;
	/** Delivered and not acknowledged: `num_ack_pending`. */
	readonly unacknowledged: number;
	readonly redelivered: number;
	/** Requests of clients that pull, which wait for messages. */
	readonly waiting: number;
	/** Whether a client takes what is pushed. */
	readonly isBound: boolean;
	/** From nats-server 2.11 on. */
	readonly isPaused: boolean;
	/** Only the leader tells the truth, see `hasNoLeader`. */
	readonly hasLeader: boolean;
	/** When all this was so, by the server's clock, in milliseconds since 1970; from nats-server 2.10 on. */
	readonly atMs: number | undefined;
}

/** Something in an entry is not what it should be: `path: what is wrong`, without a path where all of it is wrong. */
export class MalformedEntry extends Error {}

/**
 * Reads what JSON told of a consumer. By hand, for there are thousands in a poll: checked by a schema
 * each took 4 KB of objects that nobody kept.
 *
 * @throws {@link MalformedEntry}
 */
export function readEntry(content: unknown): ConsumerEntry {
	const entry = object<EntryField>(content, '', '');
	const config = object<ConfigField>(entry.config, '', 'config');
	const delivered = object<ProgressField>(entry.delivered, '', 'delivered');
	const floor = object<ProgressField>(entry.ack_floor, '', 'ack_floor');
	const durable = optional(text, config.durable_name, 'config', 'durable_name');
	const deliverSubject = optional(text, config.deliver_subject, 'config', 'deliver_subject');
	return {
		createdMs: instant(entry.created, '', 'created'),
		isDurable: durable !== undefined && durable !== '',
		isPush: deliverSubject !== undefined && deliverSubject !== '',
		acknowledges: text(config.ack_policy, 'config', 'ack_policy') !== 'none',
		deliverPolicy: optional(text, config.deliver_policy, 'config', 'deliver_policy'),
		startSequence: optional(number, config.opt_start_seq, 'config', 'opt_start_seq'),
		startMs: optional(instant, config.opt_start_time, 'config', 'opt_start_time'),
		pendingLimit: optional(number, config.max_ack_pending, 'config', 'max_ack_pending'),
		filters: filtersOf(config),
		delivered: number(delivered.stream_seq, 'delivered', 'stream_seq'),
		deliveries: number(delivered.consumer_seq, 'delivered', 'consumer_seq'),
		floor: number(floor.stream_seq, 'ack_floor', 'stream_seq'),
		lastActiveMs: latest(
			optional(instant, delivered.last_active, 'delivered', 'last_active'),
			optional(instant, floor.last_active, 'ack_floor', 'last_active'),
		),
		undelivered: number(entry.num_pending, '', 'num_pending'),
		unacknowledged: number(entry.num_ack_pending, '', 'num_ack_pending'),
		redelivered: number(entry.num_redelivered, '', 'num_redelivered'),
		waiting: number(entry.num_waiting, '', 'num_waiting'),
		isBound: optional(flag, entry.push_bound, '', 'push_bound') ?? false,
		isPaused: optional(flag, entry.paused, '', 'paused') ?? false,
		hasLeader: hasLeader(entry.cluster),
		atMs: optional(instant, entry.ts, '', 'ts'),
	};
}

type EntryField =
	| ('created' | 'config' | 'delivered' | 'ack_floor' | 'cluster' | 'ts')
	| ('num_pending' | 'num_ack_pending' | 'num_redelivered' | 'num_waiting')
	| ('push_bound' | 'paused');

type ConfigField =
	| ('durable_name' | 'deliver_subject' | 'deliver_policy' | 'ack_policy' | 'max_ack_pending')
	| ('opt_start_seq' | 'opt_start_time' | 'filter_subject' | 'filter_subjects');

type ProgressField = 'stream_seq' | 'consumer_seq' | 'last_active';

/** Either one, or several from nats-server 2.10 on. */
function filtersOf(config: Told<ConfigField>): readonly string[] {
	const single = optional(text, config.filter_subject, 'config', 'filter_subject');
	const several = optional(texts, config.filter_subjects, 'config', 'filter_subjects');
	return single !== undefined && single !== '' ? [single] : (several ?? noFilters);
}

const noFilters: readonly string[] = [];

function hasLeader(cluster: unknown): boolean {
	if (cluster === undefined) return true;
	const { leader } = object<'leader'>(cluster, '', 'cluster');
	return !hasNoLeader({ cluster: { leader: optional(text, leader, 'cluster', 'leader') } });
}

/** Absent where neither was: to Go, never is the year 1. */
function latest(oneMs = 0, otherMs = 0): number | undefined {
	const ms = Math.max(oneMs, otherMs);
	return ms > 0 ? ms : undefined;
}

/** An object, of which it is not known yet what its fields hold. */
type Told<Field extends string> = { readonly [field in Field]?: unknown };

function object<Field extends string>(value: unknown, of: string, field: string): Told<Field> {
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
	throw wrong(of, field, 'object');
}

function optional<Value>(
	read: (value: unknown, of: string, field: string) => Value,
	value: unknown,
	of: string,
	field: string,
): Value | undefined {
	return value === undefined ? undefined : read(value, of, field);
}

function number(value: unknown, of: string, field: string): number {
	if (typeof value === 'number' && Number.isFinite(value)) return value;
	throw wrong(of, field, 'number');
}

function text(value: unknown, of: string, field: string): string {
	if (typeof value === 'string') return value;
	throw wrong(of, field, 'string');
}

function texts(value: unknown, of: string, field: string): readonly string[] {
	if (!Array.isArray(value)) throw wrong(of, field, 'array');
	for (const one of value) text(one, of, field);
	return value;
}

function flag(value: unknown, of: string, field: string): boolean {
	if (typeof value === 'boolean') return value;
	throw wrong(of, field, 'boolean');
}

/** A time as the server writes it, in milliseconds since 1970. */
function instant(value: unknown, of: string, field: string): number {
	const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
	if (!Number.isNaN(ms)) return ms;
	throw wrong(of, field, 'time');
}

/** @param of - the field that holds it; empty: the entry itself, which has no field either */
function wrong(of: string, field: string, what: string): MalformedEntry {
	const path = of === '' ? field : `${of}.${field}`;
	return new MalformedEntry(path === '' ? `no ${what}` : `${path}: no ${what}`);
}
