import { type Filter, type Pattern, passes } from '../../../options/pattern.ts';
import { inTurns } from '../../../steps.ts';
import { displayName } from '../../name.ts';
import type { ScanPage } from '../protocol/replies.ts';

/** A key to be read. */
export interface Key {
	readonly bytes: Buffer;
	/** As shown, and as the configuration spells it. */
	readonly name: string;
	/** Whether the configuration has this very name, and no pattern only. */
	readonly isNamed: boolean;
}

/** The keys that the configuration has by their very names. */
export function namedKeys(streams: Filter): readonly Key[] {
	const names = new Set(streams.include.flatMap(({ literal }) => literal ?? []));
	return [...names]
		.filter((name) => passes(streams, name))
		.map((name) => ({ bytes: keyBytes(name), name, isNamed: true }));
}

/** Keys between two places where the end of a search may be interrupted. */
const stepKeys = 1000;

/**
 * Finds the keys of one server that a pattern means. A search goes through the whole key space, a
 * page at a time, with a small part of each poll's time, so that known keys are read as ever; only
 * the first one, before which nothing is known, may take half of it. What it has found is read from
 * then on. Keys that were known stay what they are and where they are, whatever the order in which the
 * server tells them: what is done with them from poll to poll goes by that order.
 */
export class Discovery {
	readonly #streams: Filter;
	readonly #intervalMs: number;
	readonly #owns: (key: string) => boolean;
	readonly #named: ReadonlySet<string>;
	/** Absent: no pattern, nothing to search for. */
	readonly #match: string | undefined;
	/** What the last whole search has found, by its bytes, those found first first. */
	readonly #known = new Map<string, Known>();
	/** The keys of these. */
	#found: readonly Key[] = [];
	#foundAtMs = Number.NEGATIVE_INFINITY;
	#searches = 0;
	#search: Search | undefined;

	/**
	 * @param intervalMs - between the ends of two searches
	 * @param owns - which of the keys that are found are read
	 */
	constructor(streams: Filter, intervalMs: number, owns: (key: string) => boolean) {
		this.#streams = streams;
		this.#intervalMs = intervalMs;
		this.#owns = owns;
		this.#named = new Set(namedKeys(streams).map(({ name }) => name));
		this.#match = scanPattern(streams.include.filter(({ literal }) => literal === undefined));
	}

	/** Every key found so far, but those that the configuration names. */
	get found(): readonly Key[] {
		const { fresh } = this.#search ?? {};
		return fresh && fresh.size > 0 ? this.#found.concat([...fresh.values()]) : this.#found;
	}

	/**
	 * Searches on, when it is time to. What was found before stands until a search has come to its end.
	 *
	 * @param nowMs - of a clock that never goes back
	 * @param runId - of the server's process: in another one a cursor leads elsewhere
	 * @param page - asks for one page; absent: it could not be had
	 * @returns whether all keys are known, but for those that have come since the last search
	 */
	async search(
		nowMs: number,
		{ pollTimeoutMs, signal }: { readonly pollTimeoutMs: number; readonly signal: AbortSignal },
		runId: string | undefined,
		page: (cursor: string, match: string) => Promise<ScanPage | undefined>,
	): Promise<boolean> {
		if (this.#match === undefined || nowMs - this.#foundAtMs < this.#intervalMs) return true;
		const isFirst = this.#foundAtMs === Number.NEGATIVE_INFINITY;
		const budgetMs = pollTimeoutMs / (isFirst ? 2 : 20);
		const started = performance.now();
		let search = this.#search;
		if (search?.runId !== runId) search = undefined;
		search ??= { cursor: '0', number: ++this.#searches, fresh: new Map(), runId };
		this.#search = undefined;
		try {
			for (;;) {
				const found = await page(search.cursor, this.#match);
				if (found === undefined) return false;
				this.#take(found.keys, search);
				search.cursor = found.cursor;
				if (search.cursor === '0') break;
				if (performance.now() - started > budgetMs) {
					this.#search = search;
					return !isFirst;
				}
			}
		} catch (error) {
			if (signal.aborted) this.#search = search;
			throw error;
		}
		await inTurns(this.#keep(search), signal);
		this.#foundAtMs = nowMs;
		return true;
	}

	/** A key can come more than once. */
	#take(keys: readonly Buffer[], { number, fresh }: Search): void {
		for (const bytes of keys) {
			const id = bytes.toString('latin1');
			const known = this.#known.get(id);
			if (known) known.seenIn = Math.max(known.seenIn, number);
			if (known || fresh.has(id)) continue;
			const name = displayName(bytes);
			if (this.#named.has(name) || !passes(this.#streams, name) || !this.#owns(name)) continue;
			fresh.set(id, { bytes: copyOf(bytes), name, isNamed: false });
		}
	}

	/** What a whole search has found is all that there is. Yields wherever it may be interrupted. */
	*#keep({ number, fresh }: Search): Generator<void, void> {
		const known = this.#known;
		const found: Key[] = [];
		let isChanged = fresh.size > 0;
		let count = 0;
		for (const [id, { key, seenIn }] of known) {
			if (count++ % stepKeys === 0) yield;
			if (seenIn >= number) {
				found.push(key);
			} else {
				known.delete(id);
				isChanged = true;
			}
		}
		for (const [id, key] of fresh) {
			if (count++ % stepKeys === 0) yield;
			// Another search may have found it meanwhile.
			if (known.has(id)) continue;
			known.set(id, { key, seenIn: number });
			found.push(key);
		}
		if (isChanged) this.#found = found;
	}
}

/** With memory of its own: a key that stays for days would keep all that came in with it. */
function copyOf(bytes: Buffer): Buffer {
	const copy = Buffer.allocUnsafeSlow(bytes.length);
	bytes.copy(copy);
	return copy;
}

interface Known {
	readonly key: Key;
	/** The number of the search that has found it last. */
	seenIn: number;
}

interface Search {
	cursor: string;
	/** Of all searches, counted from 1. */
	readonly number: number;
	/** Keys in scope that were not known, by their bytes. */
	readonly fresh: Map<string, Key>;
	readonly runId: string | undefined;
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
