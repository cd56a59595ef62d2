/**
 * Works through a list in chunks, a few at a time, in order. Ends with the first failure; chunks
 * that are under way then go on, and no new one is begun by them that fail too.
 */
export async function inChunks<T>(
	items: readonly T[],
	size: number,
	atOnce: number,
	work: (chunk: readonly T[]) => Promise<void>,
): Promise<void> {
	let next = 0;
	const worker = async () => {
		while (next < items.length) {
			const from = next;
			next += size;
			await work(items.slice(from, next));
		}
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
}
