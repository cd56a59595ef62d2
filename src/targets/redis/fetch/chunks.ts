/**
 * Works through a list in chunks, a few of them at once. Rejects with the first failure; what is
 * under way then is left to end by itself.
 *
 * @param work - gives how many of the first items of its chunk are done, at least one; the others
 * come again
 */
export async function inChunks<T>(
	items: readonly T[],
	size: number,
	atOnce: number,
	work: (chunk: readonly T[]) => Promise<number>,
): Promise<void> {
	let next = 0;
	const rests: (readonly T[])[] = [];
	const take = () => {
		const rest = rests.shift();
		if (rest) return rest;
		const chunk = items.slice(next, next + size);
		next += size;
		return chunk;
	};
	const worker = async () => {
		for (let chunk = take(); chunk.length > 0; chunk = take()) {
			const done = await work(chunk);
			if (done < chunk.length) rests.push(chunk.slice(done));
		}
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
}
