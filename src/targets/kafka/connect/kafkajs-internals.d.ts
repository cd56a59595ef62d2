/** The parts of kafkajs 2.2.4 that this folder stands on; the package declares no types for them. */

declare module 'kafkajs/src/network/connection.js' {
	import type { Socket } from 'node:net';
	import type { ConnectionOptions } from 'node:tls';

	export interface ConnectionLogger {
		namespace(name: string): ConnectionLogger;
		debug(message: string, extra?: object): void;
		info(message: string, extra?: object): void;
		warn(message: string, extra?: object): void;
		error(message: string, extra?: object): void;
	}

	export interface SendArguments {
		readonly request: {
			readonly apiKey: number;
			readonly apiVersion: number;
			readonly apiName: string;
			encode(): Promise<unknown>;
		};
		readonly response: {
			decode(payload: Buffer): Promise<unknown>;
			parse(decoded: unknown): Promise<unknown>;
		};
		readonly logResponseError?: boolean;
	}

	export default class Connection {
		constructor(options: {
			host: string;
			port: number;
			clientId: string;
			ssl: ConnectionOptions | null;
			sasl: object | null;
			socketFactory: (options: {
				host: string;
				port: number;
				ssl: ConnectionOptions | null;
				onConnect: () => void;
			}) => Socket;
			logger: ConnectionLogger;
			connectionTimeout: number;
			requestTimeout: number;
			enforceRequestTimeout: boolean;
			reauthenticationThreshold: number;
		});
		socket: Socket | undefined;
		/** As process.hrtime gives it; null: not logged in. */
		authenticatedAt: [number, number] | null;
		/** A Long of milliseconds; 0: without end. */
		sessionLifetime: object;
		requestQueue: {
			scheduleCheckPendingRequests(): void;
			destroy(): void;
			fulfillRequest(answer: { size: number; correlationId: number; payload: Buffer }): void;
		};
		isConnected(): boolean;
		connect(): Promise<boolean>;
		disconnect(): Promise<boolean>;
		authenticate(): Promise<void>;
		setVersions(
			versions: Readonly<Record<number, { minVersion: number; maxVersion: number }>>,
		): void;
		setSupportAuthenticationProtocol(supported: boolean): void;
		rejectRequests(error: Error): void;
		processData(data: Buffer): void;
		send(args: SendArguments): Promise<unknown>;
	}
}

declare module 'kafkajs/src/network/socketFactory.js' {
	import type { Socket } from 'node:net';
	import type { ConnectionOptions } from 'node:tls';

	export default function socketFactory(): (options: {
		host: string;
		port: number;
		ssl: ConnectionOptions | null;
		onConnect: () => void;
	}) => Socket;
}

declare module 'kafkajs/src/protocol/encoder.js' {
	export default class Encoder {
		constructor(initialSize?: number);
		buf: Buffer;
		offset: number;
	}
}
