/** Things by a name, in their order: what Map.groupBy does from Node 21 on. */
export function grouped<T>(
	things: readonly T[],
	nameOf: (thing: T) => string,
): ReadonlyMap<string, readonly [T, ...T[]]> {
	const groups = new Map<string, [T, ...T[]]>();
	for (const thing of things) {
		const name = nameOf(thing);
		const group = groups.get(name);
		if (group) group.push(thing);
		else groups.set(name, [thing]);
	}
	return groups;
}
