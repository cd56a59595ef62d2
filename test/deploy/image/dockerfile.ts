/** An instruction of a Dockerfile. */
export interface Instruction {
	/** `COPY`; of `HEALTHCHECK … CMD` the first word alone. */
	readonly name: string;
	/** What stands behind it, as one line. */
	readonly rest: string;
	readonly line: number;
}

/** What is built from one base image. */
export interface Stage {
	readonly base: string;
	/** By which other stages copy from it. */
	readonly name: string | undefined;
	readonly instructions: readonly Instruction[];
}

/**
 * Reads a Dockerfile in the words that ours uses.
 *
 * @throws Error with its place at what is not known here
 */
export function parseDockerfile(text: string): readonly Stage[] {
	const args = new Map<string, string>();
	const stages: { base: string; name: string | undefined; instructions: Instruction[] }[] = [];
	for (const instruction of instructionsIn(text)) {
		const { name, rest, line } = instruction;
		if (name === 'FROM') {
			const [, base, as] = /^(\S+)(?: AS (\S+))?$/i.exec(rest) ?? [];
			if (base === undefined) throw new Error(`Dockerfile:${line}: FROM ${rest}`);
			stages.push({ base: expand(base, args), name: as, instructions: [] });
			continue;
		}
		const stage = stages.at(-1);
		if (stage !== undefined) stage.instructions.push(instruction);
		else if (name === 'ARG') args.set(...assignment(rest));
		else throw new Error(`Dockerfile:${line}: ${name} before the first FROM`);
	}
	return stages;
}

/** The words of an instruction in its JSON form: `["node", "main.js"]`. */
export function jsonWords({ name, rest, line }: Instruction): readonly string[] {
	const [, words] = /(\[.*\])$/.exec(rest) ?? [];
	if (words === undefined) throw new Error(`Dockerfile:${line}: ${name} is not in its JSON form`);
	return JSON.parse(words);
}

/** `NAME=value` pairs, in quotes or not. */
export function pairs(rest: string): readonly (readonly [name: string, value: string])[] {
	const found = [...rest.matchAll(/([\w.-]+)=("[^"]*"|\S+)/g)];
	return found.map(([, name = '', value = '']) => [name, value.replace(/^"|"$/g, '')]);
}

/** Puts values in for `$NAME` and `${NAME}`. */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
	return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced, bare) => {
		const value = values.get(braced ?? bare);
		if (value === undefined) throw new Error(`${text}: ${braced ?? bare} is not set`);
		return value;
	});
}

/** `NAME=value` of an ARG. */
export function assignment(rest: string): [name: string, value: string] {
	const [name = '', ...value] = rest.split('=');
	return [name, value.join('=')];
}

function* instructionsIn(text: string): Generator<Instruction> {
	const lines = text.split('\n');
	for (let at = 0; at < lines.length; at++) {
		const line = at + 1;
		let whole = lines[at] ?? '';
		if (/^\s*(#.*)?$/.test(whole)) continue;
		while (whole.endsWith('\\')) whole = `${whole.slice(0, -1)} ${(lines[++at] ?? '').trim()}`;
		const [, name, rest] = /^([A-Z]+)\s+(.*)$/.exec(whole) ?? [];
		if (name === undefined || rest === undefined) throw new Error(`Dockerfile:${line}: ${whole}`);
		yield { name, rest: rest.trim(), line };
	}
}
