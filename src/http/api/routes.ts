import type { FastifyInstance } from 'fastify';
import type { Snapshot } from '../../model.ts';
import { consumersQuerySchema, type RawQuery, readQuery } from '../consumers/query.ts';
import { refusal } from '../consumers/refusal.ts';
import { select } from '../consumers/select.ts';
import { consumerJson, consumerWithPartitionsJson } from './consumer-json.ts';
import { consumersAnswer, targetsAnswer } from './schema.ts';
import { targetJson } from './target-json.ts';

/** An answer holds no more, whatever limit is asked for. */
const mostConsumers = 1000;

/** Serves the newest snapshot as JSON. */
export function apiRoutes(app: FastifyInstance, snapshot: () => Snapshot): void {
	app.get('/api/v1/targets', {
		schema: {
			querystring: { type: 'object', additionalProperties: false, properties: {} },
			response: targetsAnswer,
		},
		errorHandler: refuse([]),
		handler: async (_request, reply) => {
			reply.header('cache-control', 'no-store');
			return { targets: snapshot().targets.map(targetJson) };
		},
	});
	app.get<{ Querystring: RawQuery }>('/api/v1/consumers', {
		schema: { querystring: consumersQuerySchema, response: consumersAnswer },
		errorHandler: refuse(Object.keys(consumersQuerySchema.properties)),
		handler: async (request, reply) => {
			const query = readQuery(request.query, mostConsumers);
			const { total, consumers, oneGroup } = select(snapshot().consumers, query);
			reply.header('cache-control', 'no-store');
			return {
				total,
				consumers: consumers.map(oneGroup ? consumerWithPartitionsJson : consumerJson),
			};
		},
	});
}

/** Tells what is wrong with the parameters; other errors are the server's. */
function refuse(known: readonly string[]): NonNullable<RouteErrorHandler> {
	return (error, request, reply) => {
		const reason = refusal(error, request, known);
		if (reason === undefined) throw error;
		reply.code(400).send({ error: reason });
	};
}

type RouteErrorHandler = Parameters<FastifyInstance['route']>[0]['errorHandler'];
