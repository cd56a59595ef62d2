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
	#seen: string;
	#lookedAtMs = Number.NEGATIVE_INFINITY;

	constructor(options: AccessOptions) {
		this.#options = options;
		this.#webConfig = options.webConfig;
		this.#passwords = new Passwords(this.#webConfig.users, (password, hash) =>
			this.#thread.compare(password, hash),
		);
		this.#seen = this.#stamp();
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
			server.on('secureConnection', (socket: TLSSocket) => {
				const { tls } = this.#webConfig;
				if (tls && !mayStay(socket, tls.clientAuth)) socket.destroy();
			});
		}
		// Before the handshake, so that it shows the newest certificate.
		server.on('connection', () => this.#look());
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
		const stamp = this.#stamp();
		if (stamp === this.#seen) return;
		this.#seen = stamp;
		this.#options.onChange(this.#replace(this.#options.load()));
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

	/** Differs whenever one of the files does. */
	#stamp(): string {
		return this.#webConfig.files.map(stampOf).join();
	}
}

function stampOf(file: string): string {
	try {
		const { ino, size, mtimeNs } = statSync(file, { bigint: true });
		return `${ino} ${size} ${mtimeNs}`;
	} catch (error) {
		return String((error as NodeJS.ErrnoException).code);
	}
}
