import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What Alertmanager posts to a webhook. */
export interface Notification {
	/** The path that it was posted to. */
	readonly path: string;
	readonly receiver: string;
	readonly status: 'firing' | 'resolved';
	readonly groupLabels: Readonly<Record<string, string>>;
	readonly alerts: readonly {
		readonly status: 'firing' | 'resolved';
		readonly labels: Readonly<Record<string, string>>;
		readonly annotations: Readonly<Record<string, string>>;
	}[];
}

/** A receiver of webhooks that remembers what it was told. */
export interface Receiver {
	/** `http://127.0.0.1:port` */
	readonly url: string;
	readonly notifications: readonly Notification[];
	stop(): Promise<void>;
}

/** Listens on a free port. */
export async function startReceiver(): Promise<Receiver> {
	const notifications: Notification[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const told = JSON.parse(Buffer.concat(chunks).toString()) as Omit<Notification, 'path'>;
		notifications.push({ path: request.url ?? '', ...told });
		response.end();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		notifications,
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
