import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Snapshot } from '../../model.ts';
import { printable } from '../../printable.ts';
import { pageQuerySchema, type RawQuery, readQuery } from '../consumers/query.ts';
import { refusal } from '../consumers/refusal.ts';
import { assetRoutes } from './assets.ts';
import { type GroupIdentity, groupPage, noSuchGroup } from './group-page.ts';
import { type Html, html } from './html.ts';
import { document } from './layout.ts';
import { shortened } from './name.ts';
import { mostRows, overview } from './overview.ts';

/** What the page tells beside the snapshot. */
export interface PageFacts {
	readonly version: string;
	/** Which part of everything is shown; absent: all of it. */
	readonly shard?: string;
	readonly telemetryPath: string;
	snapshot(): Snapshot;
}

/** Serves the status page, each group's own page, and what they are made with. */
export function pageRoutes(app: FastifyInstance, facts: PageFacts): void {
	const send = (reply: FastifyReply, page: Page) => {
		const { version, shard, telemetryPath } = facts;
		const refreshSeconds = refreshInterval(facts.snapshot());
		reply.header('cache-control', 'no-store').type('text/html; charset=utf-8');
		return reply.send(
			document({
				...page,
				version,
				...(shard !== undefined && { shard }),
				telemetryPath,
				refreshSeconds,
			}),
		);
	};
	const refuse = (known: readonly string[]): RouteErrorHandler => {
		return (error, request, reply) => {
			const reason = refusal(error, request, known);
			if (reason === undefined) throw error;
			send(reply.code(400), { title: 'bad request · stream-lag-exporter', live: refused(reason) });
		};
	};

	app.get<{ Querystring: RawQuery }>('/', {
		schema: { querystring: pageQuerySchema },
		preValidation: async (request) => dropEmpty(request.query),
		errorHandler: refuse(Object.keys(pageQuerySchema.properties)),
		handler: async (request, reply) => {
			const query = readQuery(request.query, mostRows);
			return send(reply, overview(facts.snapshot(), query, request.query, Date.now()));
		},
	});
	app.get<{ Querystring: GroupIdentity }>('/group', {
		schema: { querystring: groupQuerySchema },
		errorHandler: refuse(groupQuerySchema.required),
		handler: async ({ query }, reply) => {
			const live = groupPage(facts.snapshot(), query, Date.now());
			const title = `${printable(shortened(query.consumer_group))} · stream-lag-exporter`;
			if (live !== undefined) return send(reply, { title, live });
			return send(reply.code(404), { title, live: noSuchGroup(query) });
		},
	});
	assetRoutes(app);
}

type RouteErrorHandler = NonNullable<Parameters<FastifyInstance['route']>[0]['errorHandler']>;

interface Page {
	readonly title: string;
	readonly still?: Html;
	readonly live: Html;
}

const name = { type: 'string' } as const;
const groupQuerySchema = {
	type: 'object',
	additionalProperties: false,
	required: ['target', 'stream', 'consumer_group'],
	properties: { target: name, stream: name, consumer_group: name },
} as const;

/** A form sends every field, also those that nobody filled in. */
function dropEmpty(query: object): void {
	for (const [key, value] of Object.entries(query))
		if (value === '') Reflect.deleteProperty(query, key);
}

/** As often as something new can be there, within what is of use. */
function refreshInterval({ targets }: Snapshot): number {
	const intervals = targets.map(({ pollIntervalSeconds }) => pollIntervalSeconds);
	return Math.min(Math.max(Math.min(...intervals, 15), 2), 15);
}

function refused(reason: string): Html {
	return html`<h1>That cannot be shown</h1>
<p>${reason}</p>
<p><a href="./">All groups</a></p>`;
}
