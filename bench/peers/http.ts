import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** An answer with the time from the request to its last byte. */
export interface Answer {
	/** As it came: perhaps compressed. */
	readonly body: Buffer;
	readonly text: () => string;
	/** In milliseconds since 1970. */
	readonly beganAtMs: number;
	readonly tookMs: number;
}

/** One connection that is kept, as Prometheus keeps its own. */
export class Scraper {
	readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
	readonly #origin: string;

	/** @param port - of 127.0.0.1 */
	constructor(port: number) {
		this.#origin = `http://127.0.0.1:${port}`;
	}

	/** @throws Error when the answer is not 200 */
	async get(path: string, encoding: 'gzip' | 'identity' = 'gzip'): Promise<Answer> {
		const beganAtMs = performance.timeOrigin + performance.now();
		const request = get(this.#origin + path, {
			agent: this.#agent,
			headers: { 'accept-encoding': encoding },
		});
		const [response] = (await once(request, 'response')) as [IncomingMessage];
		const chunks: Buffer[] = [];
		response.on('data', (chunk: Buffer) => chunks.push(chunk));
		await once(response, 'end');
		const tookMs = performance.timeOrigin + performance.now() - beganAtMs;
		if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode}`);
		const body = Buffer.concat(chunks);
		const isCompressed = response.headers['content-encoding'] === 'gzip';
		return {
			body,
			text: () => (isCompressed ? gunzipSync(body) : body).toString(),
			beganAtMs,
			tookMs,
		};
	}

	close(): void {
		this.#agent.destroy();
	}
}
