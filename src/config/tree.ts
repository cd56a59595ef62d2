import {
	type Document,
	isAlias,
	isMap,
	isScalar,
	isSeq,
	type Node,
	Scalar,
	type YAMLMap,
	type YAMLSeq,
} from 'yaml';
import { type FileContent, ReferencedFile } from '../options/file.ts';
import type { Path } from './mistake.ts';
import { type Environment, expandVariables } from './variables.ts';
import type { TextMistake } from './yaml.ts';

/** Values in all, where each alias counts as all that it stands for. */
const maxValues = 1_000_000;

/** A place in the text. */
export interface Place {
	/** In UTF-16 units, from 0. */
	readonly offset: number;
	/** One of the tree's mistakes is about this very value, which is therefore not known. */
	readonly mistaken: boolean;
}

/** Reads a file that the configuration names; never throws. */
export type ReadReferenced = (path: string) => FileContent;

/** A member of a map or list, as it stands in the text. */
interface Member {
	readonly key?: Node;
	readonly node: Node | null;
}

/** What an anchor stands for. */
interface Anchored {
	readonly node: Node;
	readonly value: unknown;
	readonly values: number;
}

/**
 * A document as a plain value that knows where its parts stand. Aliases and merge keys are followed.
 * Variables are expanded: in a plain scalar, whose result is then read as YAML reads plain scalars,
 * and in quoted and block scalars, which stay texts. Keys are taken as they stand. A text whose key
 * ends in `_file` becomes a {@link ReferencedFile}.
 */
export class Tree {
	/** Maps are objects without a prototype; what an alias stands for is shared, not copied. */
	readonly value: unknown;
	/** The environment variables that were asked for. */
	readonly asked = new Set<string>();
	/** Duplicate keys, aliases and merge keys that lead nowhere, variables that are not set. */
	readonly mistakes: TextMistake[] = [];

	readonly #document: Document.Parsed;
	readonly #env: Environment;
	readonly #readReferenced: ReadReferenced;
	readonly #mistaken = new Set<Node | null>();
	readonly #members = new Map<unknown, Map<string | number, Member>>();
	/** By the name of the latest anchor; `open` while inside of what it stands for. */
	readonly #anchored = new Map<string, Anchored | 'open'>();
	#values = 0;

	constructor(document: Document.Parsed, env: Environment, readReferenced: ReadReferenced) {
		this.#document = document;
		this.#env = env;
		this.#readReferenced = readReferenced;
		this.value = this.#read(document.contents, []);
	}

	/** Where a value or its key stands. What is missing: where the map is that it belongs in. */
	locate(path: Path, part: 'key' | 'value'): Place {
		let value = this.value;
		let node: Node | null = this.#document.contents;
		let offset = start(node);
		for (const [at, step] of path.entries()) {
			const member = this.#members.get(value)?.get(step);
			if (member === undefined) return { offset, mistaken: this.#mistaken.has(node) };
			if (part === 'key' && at === path.length - 1)
				return { offset: start(member.key), mistaken: false };
			node = member.node;
			offset = start(node ?? member.key);
			value = (value as Readonly<Record<string | number, unknown>>)[step];
		}
		return { offset, mistaken: this.#mistaken.has(node) };
	}

	#refuse(node: Node, path: Path, message: string): undefined {
		this.mistakes.push({ offset: start(node), path, message });
		this.#mistaken.add(node);
	}

	#read(node: Node | null, path: Path): unknown {
		this.#values += 1;
		if (node === null) return null;
		if (isAlias(node)) return this.#readAlias(node, path);
		const { anchor } = node as Scalar | YAMLMap | YAMLSeq;
		if (anchor === undefined) return this.#readPlain(node, path);
		const before = this.#values;
		this.#anchored.set(anchor, 'open');
		const value = this.#readPlain(node, path);
		this.#anchored.set(anchor, { node, value, values: this.#values - before });
		return value;
	}

	#readPlain(node: Node, path: Path): unknown {
		if (isScalar(node)) return this.#readScalar(node, path);
		if (isMap<Node, Node | null>(node)) return this.#readMap(node, path);
		if (isSeq<Node>(node)) return this.#readList(node, path);
		return null;
	}

	/** The name of an alias is not shown: it may be a password that begins with an asterisk. */
	#readAlias(node: Node & { readonly source: string }, path: Path): unknown {
		const target = this.#anchored.get(node.source);
		if (target === undefined) {
			const message =
				'an alias (*name) of nothing before it: a text that begins with * needs quotes';
			return this.#refuse(node, path, message);
		}
		if (target === 'open') return this.#refuse(node, path, 'an alias of what it is a part of');
		if (this.#mistaken.has(target.node)) this.#mistaken.add(node);
		this.#values += target.values;
		if (this.#values <= maxValues) return target.value;
		// Told once: every alias from here on is one too many.
		this.#mistaken.add(node);
		if (this.#values - target.values > maxValues) return undefined;
		return this.#refuse(node, path, `the aliases up to here make more than ${maxValues} values`);
	}

	#readScalar(node: Scalar, path: Path): unknown {
		const { value } = node;
		if (typeof value !== 'string' || !value.includes('$')) return value;
		const { text, asked, mistakes } = expandVariables(value, this.#env);
		for (const name of asked) this.asked.add(name);
		for (const mistake of mistakes) this.#refuse(node, path, mistake);
		if (node.type !== Scalar.PLAIN || node.tag !== undefined || text === value) return text;
		return this.#readAgain(text);
	}

	/** What YAML's core schema makes of a plain scalar; never a map or list. */
	#readAgain(text: string): unknown {
		const { schema } = this.#document;
		for (const tag of schema.tags) {
			if (tag.default !== true || tag.collection || !tag.test?.test(text)) continue;
			const value = tag.resolve(text, () => undefined, this.#document.options);
			return isScalar(value) ? value.value : value;
		}
		return text;
	}

	#readList(node: YAMLSeq<Node>, path: Path): unknown[] {
		const list: unknown[] = [];
		const members = new Map<number, Member>();
		for (const [at, item] of node.items.entries()) {
			members.set(at, { node: item });
			list.push(this.#read(item, [...path, at]));
		}
		this.#members.set(list, members);
		return list;
	}

	#readMap(node: YAMLMap<Node, Node | null>, path: Path): unknown {
		const map: Record<string, unknown> = Object.create(null);
		const members = new Map<string, Member>();
		const merges: [unknown, Node, Path][] = [];
		for (const { key, value: valueNode } of node.items) {
			const name = String((key as Scalar).value ?? '');
			const at = [...path, name];
			const value = this.#read(valueNode, at);
			if (name === '<<' && (key as Scalar).type === Scalar.PLAIN) {
				merges.push([value, key, at]);
			} else if (members.has(name)) {
				this.mistakes.push({ offset: start(key), path: at, message: 'this key was given before' });
			} else {
				map[name] = this.#followed(name, value);
				members.set(name, { key, node: valueNode });
			}
		}
		for (const [value, key, at] of merges) this.#merge(map, members, value, key, at);
		this.#members.set(map, members);
		return map;
	}

	#followed(name: string, value: unknown): unknown {
		if (!name.endsWith('_file') || typeof value !== 'string') return value;
		const read = () => this.#readReferenced(value);
		return new ReferencedFile(value, read(), read);
	}

	/** What is there already wins over what is merged, and what is merged first over what follows. */
	#merge(
		map: Record<string, unknown>,
		members: Map<string, Member>,
		value: unknown,
		key: Node,
		path: Path,
	): void {
		for (const source of Array.isArray(value) ? value : [value]) {
			const sourceMembers = Array.isArray(source) ? undefined : this.#members.get(source);
			if (sourceMembers === undefined) {
				// A mistaken alias is told where it stands.
				if (source === undefined) continue;
				this.#refuse(key, path, 'expected a map or a list of maps to merge');
				return;
			}
			for (const [name, member] of sourceMembers as Map<string, Member>) {
				if (members.has(name)) continue;
				members.set(name, member);
				map[name] = source[name];
			}
		}
	}
}

function start(node: Node | null | undefined): number {
	return node?.range?.[0] ?? 0;
}
