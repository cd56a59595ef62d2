/**
 * Works through a list in chunks, a few of them at once. Rejects with the first failure; what is
 * under way then is left to end by itself.
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
