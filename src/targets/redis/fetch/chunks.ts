/**
 * Works through a list in chunks, a few of them at once. After a failure no chunk is begun any more;
 * rejects with it when what is under way has ended.
 *
 * @param work - gives how many of the first items of its chunk are done, at least one; the others
 * come again; a function that lives as long as the program
 * @param using - is given to it
 */
export async function inChunks<T, Using>(
	items: readonly T[],
	size: number,
	atOnce: number,
	work: Work<T, Using>,
	using: Using,
): Promise<void> {
	const chunks = new Chunks(items, size);
	const workers = Array.from({ length: atOnce }, () => workThrough(chunks, work, using));
	for (const ended of await Promise.allSettled(workers)) {
		if (ended.status === 'rejected') throw ended.reason;
	}
}

type Work<T, Using> = (chunk: readonly T[], using: Using) => Promise<number>;

async function workThrough<T, Using>(
	chunks: Chunks<T>,
	work: Work<T, Using>,
	using: Using,
): Promise<void> {
	for (let chunk = chunks.take(); chunk.length > 0; chunk = chunks.take()) {
		try {
			const done = await work(chunk, using);
			if (done < chunk.length) chunks.giveBack(chunk.slice(done));
		} catch (error) {
			chunks.end();
			throw error;
		}
	}
}

class Chunks<T> {
	#items: readonly T[];
	readonly #size: number;
	#rests: (readonly T[])[] = [];
	#next = 0;

	constructor(items: readonly T[], size: number) {
		this.#items = items;
		this.#size = size;
	}

	/** The next chunk; empty at the end. */
	take(): readonly T[] {
		const rest = this.#rests.shift();
		if (rest) return rest;
		const chunk = this.#items.slice(this.#next, this.#next + this.#size);
		this.#next += this.#size;
		return chunk;
	}

	giveBack(rest: readonly T[]): void {
		this.#rests.push(rest);
	}

	/** There is nothing more to take. */
	end(): void {
		this.#items = [];
		this.#rests = [];
	}
}
