/** JSON Schemas of the answers. Keys that are not `required` are left out where they are not known. */

const text = { type: 'string' } as const;
const number = { type: 'number' } as const;
const list = <Items>(items: Items) => ({ type: 'array', items }) as const;

function properties<Name extends string, Schema>(
	names: readonly Name[],
	schema: Schema,
): Readonly<Record<Name, Schema>> {
	return Object.fromEntries(names.map((name) => [name, schema])) as Record<Name, Schema>;
}

const place = {
	type: 'object',
	required: ['major', 'minor'],
	properties: properties(['major', 'minor'], number),
} as const;

/** What `consumerJson` makes. */
const consumer = {
	type: 'object',
	required: ['target', 'platform', 'stream', 'consumer_group', 'status', 'status_reason'],
	properties: {
		...properties(['target', 'platform', 'stream', 'consumer_group', 'kind', 'state'], text),
		...properties(['status', 'status_reason'], text),
		...properties(['lag', 'lag_uncertainty'], number),
		lag_unknown: text,
		...properties(
			[
				...(['lag_seconds', 'partition_lag_max', 'partitions_unknown'] as const),
				...(['partitions_stalled', 'stalled_seconds', 'stopped_seconds'] as const),
			],
			number,
		),
		...properties(['position', 'acknowledged'], place),
		...properties(
			[
				...(['pending', 'pending_age_seconds', 'pending_idle_seconds'] as const),
				...(['pending_abandoned', 'oldest_pending_deliveries', 'pending_limit'] as const),
				...(['redelivered', 'exhausted_total', 'members', 'idle_seconds'] as const),
				...(['waiting_pulls', 'consumed_total', 'lost_total'] as const),
				...(['retention_used_ratio', 'retention_headroom_seconds', 'drain_seconds'] as const),
			],
			number,
		),
		...properties(['objective', 'severity'], text),
		...properties(
			[
				...(['objective_lag', 'objective_lag_seconds'] as const),
				...(['objective_pending_age_seconds', 'objective_stalled_seconds'] as const),
			],
			number,
		),
		breached: list(text),
		partitions: list({
			type: 'object',
			required: ['partition'],
			properties: properties(['partition', 'lag', 'offset'], number),
		}),
	},
} as const;

/** What `targetJson` makes. */
const target = {
	type: 'object',
	required: ['target', 'platform', 'poll_interval_seconds', 'problems'],
	properties: {
		...properties(['target', 'platform', 'version'], text),
		up: { type: 'boolean' },
		last_poll: { type: 'string', enum: ['ok', 'partial', 'failed'] },
		...properties(['last_poll_timestamp_seconds', 'last_success_timestamp_seconds'], number),
		poll_interval_seconds: number,
		problems: list({
			type: 'object',
			required: ['code', 'operation', 'message'],
			properties: properties(['code', 'operation', 'subject', 'message'], text),
		}),
	},
} as const;

const refused = { type: 'object', required: ['error'], properties: { error: text } } as const;

/** Of `/api/v1/consumers`, by status code. */
export const consumersAnswer = {
	200: {
		type: 'object',
		required: ['total', 'consumers'],
		properties: { total: number, consumers: list(consumer) },
	},
	400: refused,
} as const;

/** Of `/api/v1/targets`, by status code. */
export const targetsAnswer = {
	200: { type: 'object', required: ['targets'], properties: { targets: list(target) } },
	400: refused,
} as const;
