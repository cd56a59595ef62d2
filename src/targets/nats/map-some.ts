/**
 * Maps items with so many at a time, into results in the items' order. Rejects with the first error.
 */
export async function mapSome<T, R>(
	items: Iterable<T>,
	atATime: number,
	work: (item: T) => Promise<R>,
): Promise<R[]> {
	const results: R[] = [];
	const queue = [...items].entries();
	const worker = async () => {
		// One iterator for all: each takes what nobody took yet.
		for (const [index, item] of queue) results[index] = await work(item);
	};
	await Promise.all(Array.from({ length: atATime }, worker));
	return results;
}
