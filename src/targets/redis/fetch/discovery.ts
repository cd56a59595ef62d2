import { type Filter, type Pattern, passes } from '../../../options/pattern.ts';
import { displayName } from '../../name.ts';

/** A key to be read. */
export interface Key {
	readonly bytes: Buffer;
	/** As shown, and as the configuration spells it. */
	readonly name: string;
	/** Whether the configuration has this very name, and no pattern only. */
	readonly isNamed: boolean;
}

/** A page of the keys that hold streams. */
export interface ScanPage {
	/** Of the next page; `0` at the end. */
	readonly cursor: string;
	readonly keys: readonly Buffer[];
}

/**
 * Knows which keys are to be read: those named in the configuration, and those found by a pattern.
 * A search goes through the whole key space, a page at a time; one that is broken off goes on where
 * it was, so that a key space that takes longer than a poll is searched in the end.
 */
export class Discovery {
	readonly #streams: Filter;
	readonly #intervalMs: number;
	readonly #named: readonly Key[];
	/** Absent: no pattern, nothing to search for. */
	readonly #match: string | undefined;
	#found: readonly Key[] = [];
	#foundAtMs = Number.NEGATIVE_INFINITY;
	#search: { cursor: string; readonly keys: Map<string, Buffer> } | undefined;

	/** @param intervalMs - between the ends of two searches */
	constructor(streams: Filter, intervalMs: number) {
		this.#streams = streams;
		this.#intervalMs = intervalMs;
		const names = new Set(streams.include.flatMap(({ literal }) => literal ?? []));
		this.#named = [...names]
			.filter((name) => passes(streams, name))
			.map((name) => ({ bytes: keyBytes(name), name, isNamed: true }));
		this.#match = scanPattern(streams.include.filter(({ literal }) => literal === undefined));
	}

	/** Every key known so far: all of them once {@link search} has ended. */
	get keys(): readonly Key[] {
		return [...this.#named, ...this.#found];
	}

	/**
	 * Searches, when it is time to. What was found before stands until a search has come to its end.
	 *
	 * @param nowMs - of a clock that never goes back
	 * @param signal - was the cause when a search is broken off and can go on later
	 * @param page - asks for one page; absent: it could not be had
	 * @returns whether all keys are known
	 */
	async search(
		nowMs: number,
		signal: AbortSignal,
		page: (cursor: string, match: string) => Promise<ScanPage | undefined>,
	): Promise<boolean> {
		if (this.#match === undefined || nowMs - this.#foundAtMs < this.#intervalMs) return true;
		const search = this.#search ?? { cursor: '0', keys: new Map<string, Buffer>() };
		this.#search = undefined;
		try {
			do {
				const found = await page(search.cursor, this.#match);
				if (found === undefined) return false;
				// A key can come more than once.
				for (const key of found.keys) search.keys.set(key.toString('latin1'), key);
				search.cursor = found.cursor;
			} while (search.cursor !== '0');
		} catch (error) {
			// After a restart or on another server a cursor leads elsewhere.
			if (signal.aborted) this.#search = search;
			throw error;
		}
		this.#found = this.#inScope(search.keys.values());
		this.#foundAtMs = nowMs;
		return true;
	}

	#inScope(keys: Iterable<Buffer>): readonly Key[] {
		const named = new Set(this.#named.map(({ name }) => name));
		return Array.from(keys, (bytes) => ({
			bytes,
			name: displayName(bytes),
			isNamed: false,
		})).filter(({ name }) => passes(this.#streams, name) && !named.has(name));
	}
}

/** The bytes of a name as shown: the reverse of `displayName`. */
export function keyBytes(name: string): Buffer {
	const parts = name.split(/\\x([0-9a-f]{2})/);
	return Buffer.concat(parts.map((part, at) => Buffer.from(part, at % 2 === 0 ? 'utf8' : 'hex')));
}

/**
 * A pattern of SCAN that matches at least what the given ones do. Absent: there is none to match.
 *
 * The server has another syntax and matches bytes, not names as shown. So only plain characters are
 * handed on, and all else becomes `*`; with what follows a wildcard and could be the rest of a byte
 * shown as `\\xff`.
 */
export function scanPattern(patterns: readonly Pattern[]): string | undefined {
	const [first, ...others] = patterns;
	if (first === undefined) return undefined;
	if (others.length > 0 || first.source.startsWith('/')) return '*';
	return first.source.replace(/[^A-Za-z0-9_:.,@#=+-]+x?[0-9a-f]{0,2}/g, '*');
}
