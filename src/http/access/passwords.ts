import { createHmac, randomBytes } from 'node:crypto';
import type { Secret } from '../../options/secret.ts';
import { Turns } from './turns.ts';

/** Wrong passwords that are remembered: whoever guesses must not push anything else out. */
const mostRefused = 100;

/** Compared with when there is no such user, so that it takes as long: nobody knows its password. */
const nobodysHash = '$2b$10$cTLggDj1ZirKiBhde//7OeBVdcaZu95xr82S/40h.xvNzwCyEbTc6';

/** Whether a password has a hash: takes its time by design. */
export type Compare = (password: string, hash: string) => Promise<boolean>;

/** Who shows a password. */
export interface Asker {
	/** Where the connection comes from. */
	readonly address: string;
	/** Whether nobody waits for the answer any more. */
	isGone(): boolean;
}

/** A password that is compared, or waits for that. */
interface Question {
	readonly askers: Asker[];
	/** Undefined: not compared, for all who asked are gone. */
	readonly matches: Promise<boolean | undefined>;
}

/**
 * Knows who may come in. Each password is compared once: Prometheus comes with the same one every few
 * seconds. Whoever guesses holds up himself, not those who come from other addresses.
 */
export class Passwords {
	#users: ReadonlyMap<string, Secret>;
	readonly #key = randomBytes(32);
	/** By user, a code of password and hash that tells nothing: another hash makes another code. */
	readonly #accepted = new Map<string, string>();
	readonly #refused = new Set<string>();
	/** Those who come at the same time with the same password wait for the same answer. */
	readonly #checking = new Map<string, Question>();
	readonly #turns = new Turns();
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

	/** From now on others may come in. Who still may with the same password is not compared again. */
	replace(users: ReadonlyMap<string, Secret>): void {
		this.#users = users;
		for (const user of this.#accepted.keys()) if (!users.has(user)) this.#accepted.delete(user);
	}

	/** Whether a user may come in with a password. */
	async accept(user: string, password: string, asker: Asker): Promise<boolean> {
		const users = this.#users;
		const hash = users.get(user)?.reveal();
		const code = createHmac('sha256', this.#key)
			.update(JSON.stringify([user, hash ?? null, password]))
			.digest('base64');
		if (this.#accepted.get(user) === code) return true;
		if (this.#refused.has(code)) return false;
		const matches = await this.#check(code, password, hash ?? nobodysHash, asker);
		if (matches === undefined) return false;
		// Meanwhile it may have been settled anew who may come in.
		if (users !== this.#users) return await this.accept(user, password, asker);
		const isAccepted = matches && hash !== undefined;
		if (isAccepted) this.#accepted.set(user, code);
		else this.#refuse(code);
		return isAccepted;
	}

	#check(code: string, password: string, hash: string, asker: Asker): Question['matches'] {
		const known = this.#checking.get(code);
		if (known) {
			known.askers.push(asker);
			return known.matches;
		}
		const askers = [asker];
		const matches = this.#turns.take(asker.address, async () => {
			try {
				if (askers.every((one) => one.isGone())) return undefined;
				return await this.#compare(password, hash);
			} finally {
				this.#checking.delete(code);
			}
		});
		this.#checking.set(code, { askers, matches });
		return matches;
	}

	#refuse(code: string): void {
		const [oldest] = this.#refused;
		if (this.#refused.size >= mostRefused && oldest !== undefined) this.#refused.delete(oldest);
		this.#refused.add(code);
	}
}
