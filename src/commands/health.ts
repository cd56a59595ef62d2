/**
 * Asks a running exporter whether it is healthy.
 *
 * @param baseUrl - such as `http://127.0.0.1:10977`
 * @returns the exit code: 0 when it answers 200, else 1
 */
export async function health(baseUrl: string, print: (line: string) => void): Promise<0 | 1> {
	const url = new URL('-/healthy', baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
		await response.body?.cancel();
		if (response.status === 200) return 0;
		print(`${url} answers ${response.status}`);
	} catch (error) {
		const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
		print(`${url}: ${cause instanceof Error ? cause.message : String(cause)}`);
	}
	return 1;
}

/** Container runtimes commonly give a health check longer than this. */
const timeoutMs = 5000;
