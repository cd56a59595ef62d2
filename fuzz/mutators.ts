import type { Chance } from '../test/random.ts';

/** Bytes that lengths and counts are made of when they are wrong on purpose. */
const nastyBytes = [
	'ff',
	'7fffffff',
	'ffffffff',
	'ffffffff07',
	'ffffff7f',
	'80',
	'00',
	'8000000000000000',
].map((hex) => Buffer.from(hex, 'hex'));

/**
 * Bytes with one to four small changes: a bit turned, the end cut off, bytes put over others or between
 * them, a part again.
 *
 * @param pieces - what is put in
 */
export function mutatedBytes(
	bytes: Buffer,
	chance: Chance,
	pieces: readonly Buffer[] = nastyBytes,
): Buffer {
	let result = Buffer.from(bytes);
	for (let changes = 1 + chance.below(4); changes > 0; changes--) {
		const at = chance.below(result.length + 1);
		const piece = chance.oneOf(pieces);
		switch (chance.below(5)) {
			case 0:
				if (at < result.length) result[at] = (result[at] as number) ^ (1 << chance.below(8));
				break;
			case 1:
				result = result.subarray(0, at);
				break;
			case 2:
				result = Buffer.concat([result.subarray(0, at), piece, result.subarray(at + piece.length)]);
				break;
			case 3:
				result = Buffer.concat([result.subarray(0, at), piece, result.subarray(at)]);
				break;
			default:
				result = Buffer.concat([result.subarray(0, at), result.subarray(chance.below(at + 1))]);
		}
	}
	return result;
}

/** Text with one to four changes: a piece put over others or between them, a part again or gone. */
export function mutatedText(text: string, chance: Chance, pieces: readonly string[]): string {
	let result = text;
	for (let changes = 1 + chance.below(4); changes > 0; changes--) {
		const from = chance.below(result.length + 1);
		const to = Math.min(result.length, from + chance.below(40));
		const piece = chance.oneOf(pieces);
		switch (chance.below(5)) {
			case 0:
				result = result.slice(0, from) + piece + result.slice(from);
				break;
			case 1:
				result = result.slice(0, from) + piece + result.slice(to);
				break;
			case 2:
				result = result.slice(0, from) + result.slice(to);
				break;
			case 3:
				result = result.slice(0, to) + result.slice(from);
				break;
			default: {
				// Lines change their places.
				const lines = result.split('\n');
				const [line = ''] = lines.splice(chance.below(lines.length), 1);
				lines.splice(chance.below(lines.length + 1), 0, line);
				result = lines.join('\n');
			}
		}
	}
	return result;
}

/**
 * A tree of arrays, objects and leaves with one to four changes: a part replaced, gone, twice, or another
 * part in its place.
 *
 * @param replace - another leaf in a leaf's place
 */
export function mutatedTree<Tree>(
	tree: Tree,
	chance: Chance,
	replace: (leaf: unknown) => unknown,
): Tree {
	let result: unknown = tree;
	for (let changes = 1 + chance.below(4); changes > 0; changes--) {
		const all = [...pathsOf(result)];
		const path = chance.oneOf(all);
		const other = chance.oneOf(all);
		result = changedAt(result, path, chance.below(5), replace, () => partAt(result, other));
	}
	return result as Tree;
}

type Path = readonly (string | number)[];

function* pathsOf(tree: unknown, path: Path = []): Iterable<Path> {
	yield path;
	for (const [key, child] of childrenOf(tree)) yield* pathsOf(child, [...path, key]);
}

function childrenOf(tree: unknown): readonly (readonly [string | number, unknown])[] {
	if (Array.isArray(tree)) return [...tree.entries()];
	return isRecord(tree) ? Object.entries(tree) : [];
}

function isRecord(tree: unknown): tree is Record<string, unknown> {
	return (
		typeof tree === 'object' && tree !== null && Object.getPrototypeOf(tree) === Object.prototype
	);
}

function partAt(tree: unknown, path: Path): unknown {
	return path.reduce((part, key) => (part as Record<string | number, unknown>)[key], tree);
}

function changedAt(
	tree: unknown,
	path: Path,
	how: number,
	replace: (leaf: unknown) => unknown,
	other: () => unknown,
): unknown {
	const [key, ...rest] = path;
	if (key === undefined) return how < 3 ? replace(tree) : other();
	const isHere = rest.length === 0;
	const child = (tree as Record<string | number, unknown>)[key];
	if (Array.isArray(tree)) {
		const at = key as number;
		if (isHere && how === 0) return tree.toSpliced(at, 1);
		if (isHere && how === 1) return tree.toSpliced(at, 0, child);
		return tree.with(at, changedAt(child, rest, how, replace, other));
	}
	if (isHere && how === 0) {
		return Object.fromEntries(Object.entries(tree as object).filter(([name]) => name !== key));
	}
	return { ...(tree as object), [key]: changedAt(child, rest, how, replace, other) };
}
