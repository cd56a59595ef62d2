import { createHmac, randomBytes } from 'node:crypto';
import type { Secret } from '../../options/secret.ts';

/** Wrong passwords that are remembered: whoever guesses must not push anything else out. */
const mostRefused = 100;

/** Compared with when there is no such user, so that it takes as long: nobody knows its password. */
const nobodysHash = '$2b$10$cTLggDj1ZirKiBhde//7OeBVdcaZu95xr82S/40h.xvNzwCyEbTc6';

/** Whether a password has a hash: takes its time by design. */
export type Compare = (password: string, hash: string) => Promise<boolean>;

/**
 * Knows who may come in. Each password is compared once: Prometheus comes with the same one every few
 * seconds.
 */
export class Passwords {
	#users: ReadonlyMap<string, Secret>;
	readonly #key = randomBytes(32);
	/** What was checked, by a code that tells nothing; at most one for each user. */
	#accepted = new Set<string>();
	#refused = new Set<string>();
	/** Those who come at the same time with the same password wait for the same answer. */
	readonly #checking = new Map<string, Promise<boolean>>();
	readonly #compare: Compare;

	/** @param users - bcrypt hashes by name */
	constructor(users: ReadonlyMap<string, Secret>, compare: Compare) {
		this.#users = users;
		this.#compare = compare;
	}

	/** Whether a password is needed at all. */
	get areNeeded(): boolean {
		return this.#users.size > 0;
	}

	/** From now on others may come in. */
	replace(users: ReadonlyMap<string, Secret>): void {
		this.#users = users;
		this.#accepted = new Set();
		this.#refused = new Set();
	}

	/** Whether a user may come in with a password. */
	async accept(user: string, password: string): Promise<boolean> {
		const users = this.#users;
		const hash = users.get(user)?.reveal();
		const code = createHmac('sha256', this.#key)
			.update(JSON.stringify([user, hash ?? null, password]))
			.digest('base64');
		if (this.#accepted.has(code)) return true;
		if (this.#refused.has(code)) return false;
		const checking = this.#checking.get(code) ?? this.#compare(password, hash ?? nobodysHash);
		this.#checking.set(code, checking);
		const matches = await checking.finally(() => this.#checking.delete(code));
		// Meanwhile it may have been settled anew who may come in.
		if (users !== this.#users) return await this.accept(user, password);
		const isAccepted = matches && hash !== undefined;
		if (isAccepted) this.#accepted.add(code);
		else this.#refuse(code);
		return isAccepted;
	}

	#refuse(code: string): void {
		const [oldest] = this.#refused;
		if (this.#refused.size >= mostRefused && oldest !== undefined) this.#refused.delete(oldest);
		this.#refused.add(code);
	}
}
