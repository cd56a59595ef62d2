import { buildServer, type Site } from '../../src/http/server.ts';
import { lastPart } from '../../src/metrics/exposition.ts';
import type { Snapshot } from '../../src/model.ts';
import { snapshotOf } from './snapshots.ts';

/** What a server of this snapshot serves, beside what a test does not care about. */
export function siteOf(snapshot: Partial<Snapshot> = {}): Site {
	const whole = snapshotOf(snapshot);
	return {
		telemetryPath: '/metrics',
		version: '1.2.3',
		snapshot: () => whole,
		lease: () => ({ exposition: whole.exposition, release() {} }),
		ready: () => true,
		onFailure: (error) => {
			throw error;
		},
		processMetrics: async () => lastPart(''),
		effectiveYaml: () => '',
	};
}

/** Asks a server of its own, without a socket. */
export async function get(
	path: string,
	snapshot: Partial<Snapshot> = {},
	headers: Readonly<Record<string, string>> = {},
) {
	const { app, close } = buildServer(siteOf(snapshot));
	try {
		return await app.inject({ url: path, headers: { ...headers } });
	} finally {
		await close();
	}
}
