import { statSync } from 'node:fs';
import type { Server } from 'node:http';
import { type TLSSocket, Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { printMistake } from '../../config/mistake.ts';
import type { LoadedWebConfig, WebConfig, WebTls } from '../../config/web-config.ts';
import { basicAuth } from './basic-auth.ts';
import { HashThread } from './hash-thread.ts';
import { Passwords } from './passwords.ts';
import { mayStay, secureContext } from './tls.ts';

/** The web configuration. */
export interface AccessOptions {
	/** As it was at the start. */
	readonly webConfig: WebConfig;
	/** Absolute paths of all files that it is made of. */
	readonly files: readonly string[];
	/** Loads it as it is now. */
	readonly load: () => LoadedWebConfig;
	/** Told when it is in use as it is now, or why not: each change once. */
	readonly onChange: (mistakes: readonly string[]) => void;
}

/** Files are looked at for changes no more often than this. */
const lookEveryMs = 1000;

/**
 * Who may come in, and how, by the web configuration. It is read again when one of its files has
 * changed, as certificates are renewed without a word; what then has mistakes changes nothing.
 */
export class Access {
	#webConfig: WebConfig;
	readonly #options: AccessOptions;
	readonly #thread = new HashThread();
	readonly #passwords: Passwords;
	readonly #servers = new Set<TlsServer>();
	/** Of the configuration that was loaded last, in use or not. */
	#files: readonly string[];
	#seen: string;
	#lookedAtMs = Number.NEGATIVE_INFINITY;

	constructor(options: AccessOptions) {
		this.#options = options;
		this.#webConfig = options.webConfig;
		this.#passwords = new Passwords(this.#webConfig.users, (password, hash) =>
			this.#thread.compare(password, hash),
		);
		this.#files = options.files;
		this.#seen = stampOf(this.#files);
	}

	/** What the servers are made with. Absent: without TLS. */
	get tls(): WebTls | undefined {
		return this.#webConfig.tls;
	}

	/** Guards all paths of a server. */
	guard(app: FastifyInstance): void {
		const server: Server | TlsServer = app.server;
		if (server instanceof TlsServer) {
			this.#servers.add(server);
			// A handshake that fails or takes too long: what is then to be written would wait for its end.
			server.on('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy());
			server.on('secureConnection', (socket: TLSSocket) => {
				const { tls } = this.#webConfig;
				if (tls && !mayStay(socket, tls.clientAuth)) socket.destroy();
			});
		}
		// Before Node's own listener begins the handshake, so that it shows the newest certificate.
		server.prependListener('connection', () => this.#look());
		app.addHook('onRequest', async () => this.#look());
		// There may be users later.
		basicAuth(app, this.#passwords);
	}

	async close(): Promise<void> {
		await this.#thread.close();
	}

	#look(): void {
		const nowMs = performance.now();
		if (nowMs - this.#lookedAtMs < lookEveryMs) return;
		this.#lookedAtMs = nowMs;
		if (stampOf(this.#files) === this.#seen) return;
		this.#options.onChange(this.#replace(this.#load()));
	}

	/** Loads again where other files are named now: they are as loaded, or look changed the next time. */
	#load(): LoadedWebConfig {
		for (;;) {
			const files = this.#files;
			this.#seen = stampOf(files);
			const loaded = this.#options.load();
			this.#files = loaded.files;
			if (loaded.files.join('\n') === files.join('\n')) return loaded;
		}
	}

	#replace(loaded: LoadedWebConfig): readonly string[] {
		if (!loaded.ok) return loaded.mistakes.map(printMistake);
		const { tls, users } = loaded.webConfig;
		if ((tls === undefined) !== (this.#webConfig.tls === undefined)) {
			return ['tls_server_config has come or gone: that takes a restart'];
		}
		if (tls && tls.clientAuth !== this.#webConfig.tls?.clientAuth) {
			return ['tls_server_config.client_auth_type has changed: that takes a restart'];
		}
		if (tls) for (const server of this.#servers) server.setSecureContext(secureContext(tls));
		this.#passwords.replace(users);
		this.#webConfig = loaded.webConfig;
		return [];
	}
}

/** Differs whenever one of the files does. */
function stampOf(files: readonly string[]): string {
	return files.map(stampOfOne).join();
}

function stampOfOne(file: string): string {
	try {
		const { ino, size, mtimeNs } = statSync(file, { bigint: true });
		return `${ino} ${size} ${mtimeNs}`;
	} catch (error) {
		return String((error as NodeJS.ErrnoException).code);
	}
}
