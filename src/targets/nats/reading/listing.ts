import { Failure } from '../failure.ts';
import type { Page } from './page.ts';

/** A listing over all its pages. */
export interface Listing {
	/** What is told of each, by name; not looked into yet. None is among the missing. */
	readonly entries: ReadonlyMap<string, unknown>;
	readonly missing: ReadonlySet<string>;
	/** Entries of which not even the name is told. */
	readonly nameless: number;
	/** What kept the listing from its end. */
	readonly failure?: Failure;
}

/**
 * Asks for page after page. Pages can overlap while things come and go, so entries are told apart
 * by name. The client library's own lister drops the names that are missing, and counts places
 * without them.
 *
 * @param askPage - asks for what follows so many places, and rejects with a {@link Failure}
 */
export async function listAll(askPage: (offset: number) => Promise<Page>): Promise<Listing> {
	const entries = new Map<string, unknown>();
	const missing = new Set<string>();
	let nameless = 0;
	let failure: Failure | undefined;
	for (let offset = 0; ; ) {
		const page = await askPage(offset).catch((error: unknown) => {
			if (error instanceof Failure) return error;
			throw error;
		});
		if (page instanceof Failure) {
			failure = page;
			break;
		}
		for (const [name, entry] of page.entries) entries.set(name, entry);
		nameless += page.nameless;
		let places = page.entries.size + page.nameless;
		for (const name of page.missing) {
			missing.add(name);
			if (!page.entries.has(name)) places += 1;
		}
		offset += places;
		// A cluster tells no total on an empty page.
		if (places === 0 || offset >= page.total) break;
	}
	// An offline stream is listed with a state of zeros, and named as missing.
	for (const name of missing) entries.delete(name);
	return { entries, missing, nameless, ...(failure && { failure }) };
}

/**
 * A listing with what was told singly of some that are missing.
 *
 * @param told - undefined: there is none of this name any more
 */
export function withFound(listing: Listing, told: ReadonlyMap<string, unknown>): Listing {
	if (told.size === 0) return listing;
	const entries = new Map(listing.entries);
	for (const [name, entry] of told) if (entry !== undefined) entries.set(name, entry);
	const missing = new Set([...listing.missing].filter((name) => !told.has(name)));
	return { ...listing, entries, missing };
}
