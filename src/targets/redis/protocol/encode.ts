import type { Command } from './commands.ts';

/** Text from which on copying by the platform is faster than byte by byte. */
const longText = 64;

/** The bytes of commands one after the other, as RESP has them: arrays of bulk strings. */
export function encoded(commands: readonly Pick<Command, 'words'>[]): Buffer {
	const bytes = Buffer.allocUnsafe(
		commands.reduce((sum, { words }) => sum + headBytes + roomFor(words), 0),
	);
	let at = 0;
	for (const { words } of commands) {
		at = putHead(bytes, at, asterisk, words.length);
		for (const word of words) at = putWord(bytes, at, word);
	}
	return bytes.subarray(0, at);
}

const asterisk = 0x2a;
const dollar = 0x24;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/** The most that a sign, a length and the ends of a line take. */
const headBytes = 14;

function roomFor(words: Command['words']): number {
	let room = 0;
	for (const word of words) {
		// A character of UTF-16 is at most three bytes of UTF-8.
		room += headBytes + 2 + (typeof word === 'string' ? 3 : 1) * word.length;
	}
	return room;
}

function putWord(bytes: Buffer, start: number, word: string | Buffer): number {
	const length = typeof word === 'string' ? Buffer.byteLength(word) : word.length;
	const at = putHead(bytes, start, dollar, length);
	if (typeof word !== 'string') bytes.set(word, at);
	else if (length !== word.length || length > longText) bytes.write(word, at);
	else for (let index = 0; index < length; index++) bytes[at + index] = word.charCodeAt(index);
	return putEnd(bytes, at + length);
}

function putHead(bytes: Buffer, start: number, sign: number, value: number): number {
	bytes[start] = sign;
	let digits = 1;
	for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits += 1;
	let rest = value;
	for (let place = start + digits; place > start; place--) {
		bytes[place] = 0x30 + (rest % 10);
		rest = Math.floor(rest / 10);
	}
	return putEnd(bytes, start + 1 + digits);
}

function putEnd(bytes: Buffer, at: number): number {
	bytes[at] = carriageReturn;
	bytes[at + 1] = lineFeed;
	return at + 2;
}
