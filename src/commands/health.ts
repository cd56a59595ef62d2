import { get as getPlain } from 'node:http';
import { get as getByTls } from 'node:https';

/** Where to ask. */
export interface HealthAddress {
	/** Such as `http://127.0.0.1:10977`; user and password are used, where there are any. */
	readonly baseUrl: string;
	/** It is this machine's own: whatever certificate it shows is its own. */
	readonly isOwn: boolean;
}

/**
 * Asks a running exporter whether it is healthy.
 *
 * @returns the exit code: 0 when it answers 200, or asks for a password (it serves, and who checks
 * its health need not know one); else 1
 */
export async function health(
	{ baseUrl, isOwn }: HealthAddress,
	print: (line: string) => void,
): Promise<0 | 1> {
	const url = new URL('-/healthy', baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
	const shown = new URL(url);
	shown.username = '';
	shown.password = '';
	try {
		const status = await statusOf(url, isOwn);
		if (status === 200 || (status === 401 && url.username === '')) return 0;
		print(`${shown} answers ${status}`);
	} catch (error) {
		print(`${shown}: ${error instanceof Error ? error.message : String(error)}`);
	}
	return 1;
}

/** Container runtimes commonly give a health check longer than this. */
const timeoutMs = 5000;

async function statusOf(url: URL, isOwn: boolean): Promise<number | undefined> {
	const signal = AbortSignal.timeout(timeoutMs);
	return await new Promise((resolve, reject) => {
		const get = url.protocol === 'https:' ? getByTls : getPlain;
		get(url, { signal, rejectUnauthorized: !isOwn, agent: false }, (response) => {
			response.resume();
			resolve(response.statusCode);
		}).on('error', (error) => reject(signal.aborted ? signal.reason : error));
	});
}
