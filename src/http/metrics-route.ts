import { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Exposition, ExpositionPart } from '../model.ts';
import { hurry } from '../steps.ts';
import { gzipWith } from './gzip.ts';

/** What `/metrics` needs: both answer without waiting for a broker. */
export interface MetricsSource {
	/** The newest exposition; it is told when its plain text is not read any more. */
	lease(): { readonly exposition: Exposition; release(): void };
	/** What follows it, and is made when it is asked for: its deflate stream is the last. */
	processMetrics(): Promise<ExpositionPart>;
}

/** Prometheus text format; its OpenMetrics sibling would rename counters. */
const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Serves the newest snapshot as bytes, followed by the process metrics. */
export function metricsRoute(app: FastifyInstance, path: string, source: MetricsSource): void {
	app.get(path, async (request, reply) => {
		hurry();
		const last = await source.processMetrics();
		const { exposition, release } = source.lease();
		reply.header('content-type', contentType).header('vary', 'accept-encoding');
		if (!acceptsGzip(request.headers['accept-encoding'])) {
			whenOver(request, reply, release);
			return sendParts(
				reply,
				[...exposition.parts, last].map(({ plain }) => plain),
			);
		}
		release();
		return sendParts(reply.header('content-encoding', 'gzip'), gzipWith(exposition, last));
	});
}

/**
 * Calls back, once or twice, when everything is with the operating system or who asked is gone: then
 * Node ends the answer that was being sent, and none that comes after it.
 */
function whenOver(request: FastifyRequest, reply: FastifyReply, callback: () => void): void {
	const { socket } = request.raw;
	if (socket.destroyed) callback();
	socket.once('close', callback);
	reply.raw.once('close', () => {
		socket.off('close', callback);
		callback();
	});
}

/**
 * Sends parts, none of which is copied: joined, each scraper who reads slowly would hold a copy. They are
 * handed over together, for a stream of them waits for a turn of the event loop after each. With TLS they
 * are such a stream: what is handed over is encrypted at once, and kept.
 */
function sendParts(reply: FastifyReply, parts: readonly Uint8Array[]): FastifyReply {
	const length = parts.reduce((sum, part) => sum + part.length, 0);
	reply.header('content-length', length);
	const { raw } = reply;
	if (raw.socket instanceof TLSSocket) {
		return reply.send(Readable.from(parts, { objectMode: false }));
	}
	for (const [name, value] of Object.entries(reply.getHeaders())) {
		if (value !== undefined) raw.setHeader(name, value);
	}
	reply.hijack();
	raw.cork();
	for (const part of parts) raw.write(part);
	raw.end();
	raw.uncork();
	return reply;
}

/** RFC 9110, section 12.5.3: a coding with weight 0 is refused, `*` means those that are not named. */
function acceptsGzip(header: string | string[] | undefined): boolean {
	const weights = new Map<string, number>();
	for (const part of String(header ?? '').split(',')) {
		const [coding = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
		const weight = parameters.find((parameter) => parameter.startsWith('q='));
		weights.set(coding, weight === undefined ? 1 : Number(weight.slice(2)));
	}
	return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}
