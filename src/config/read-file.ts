import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { FileContent } from '../options/file.ts';

/** A configuration is far smaller; what is larger is some other file. */
const maxBytes = 1024 * 1024;

/** A configuration file could not be read as text; the message says why, without the file's name. */
export class UnreadableFileError extends Error {
	override readonly name = 'UnreadableFileError';
}

/**
 * The text of a file: UTF-8, without a byte order mark, at most 1 MiB. It may come from a shell, as
 * `<(…)` or standard input.
 *
 * @throws {@link UnreadableFileError} where it is anything else
 */
export function readConfigFile(path: string): string {
	if (isNamedPipe(path)) throw new UnreadableFileError('a named pipe: a file is expected');
	return decodeConfig(readBytes(path));
}

/**
 * A file that a configuration names. The path is not shown: a secret may stand in its place.
 *
 * @param folder - where a relative path begins
 */
export function readReferenced(path: string, folder: string): FileContent {
	try {
		const absolute = resolve(folder, path);
		refusePipe(absolute);
		return { ok: true, text: readConfigFile(absolute) };
	} catch (error) {
		const message = unreadable(error).message;
		const hint = isAbsolute(path) ? '' : ` (relative paths begin at ${folder})`;
		return { ok: false, message: `${message}${hint}` };
	}
}

/**
 * Bytes as the text of a configuration.
 *
 * @throws {@link UnreadableFileError} where they are too many or no text
 */
export function decodeConfig(bytes: Uint8Array): string {
	if (bytes.length > maxBytes) {
		throw new UnreadableFileError('larger than 1 MiB: is this the right file?');
	}
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch (cause) {
		throw new UnreadableFileError('not text in UTF-8: is this the right file?', { cause });
	}
}

/** Opening a pipe waits for whoever writes into it, and with it everything would wait. */
function refusePipe(path: string): void {
	const stat = statSync(path, { throwIfNoEntry: false });
	if (stat?.isFIFO() || stat?.isCharacterDevice()) {
		throw new UnreadableFileError('a pipe or a device: a file is expected');
	}
}

/** The pipes that a shell makes have no name in a folder, and somebody writes into them. */
function isNamedPipe(path: string): boolean {
	try {
		return statSync(realpathSync(path)).isFIFO();
	} catch {
		return false;
	}
}

function readBytes(path: string): Uint8Array {
	let file: number | undefined;
	try {
		file = openSync(path, 'r');
		if (fstatSync(file).isDirectory()) {
			throw new UnreadableFileError('a directory: a file is expected');
		}
		// Read in pieces: a pipe has no size, and a device may have no end.
		const bytes = Buffer.alloc(maxBytes + 1);
		let length = 0;
		while (length < bytes.length) {
			const count = readSync(file, bytes, length, bytes.length - length, null);
			if (count === 0) break;
			length += count;
		}
		return bytes.subarray(0, length);
	} catch (error) {
		throw unreadable(error);
	} finally {
		if (file !== undefined) closeSync(file);
	}
}

function unreadable(error: unknown): UnreadableFileError {
	if (error instanceof UnreadableFileError) return error;
	const { code = '' } = error as NodeJS.ErrnoException;
	return new UnreadableFileError(reasons[code] ?? `cannot be read: ${code}`, { cause: error });
}

const reasons: Readonly<Record<string, string>> = {
	ENOENT: 'no such file',
	ENOTDIR: 'no such file',
	EACCES: 'permission to read it is denied',
	EISDIR: 'a directory: a file is expected',
};
