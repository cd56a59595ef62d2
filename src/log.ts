import { type DestinationStream, destination, type Logger, pino } from 'pino';
import type { LogOptions } from './log-options.ts';
import { printable, printableJson } from './printable.ts';

/** Written synchronously: the last lines before an exit are those that matter. */
const standardError = { fd: 2, sync: true } as const;

/** A log on standard error: standard output belongs to what commands print. */
export async function makeLog({ level, format }: LogOptions): Promise<Logger> {
	const stream =
		format === 'pretty' ? await prettyLines() : printableLines(destination(standardError));
	return pino(
		{
			level,
			base: null,
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: {
				level: (label) => ({ level: label }),
				...(format === 'pretty' && { log: printableFields }),
			},
		},
		stream,
	);
}

/** What makes them takes 2 MB that a daemon with a log of JSON does without. */
async function prettyLines(): Promise<DestinationStream> {
	const { default: pretty } = await import('pino-pretty');
	const { fd, sync } = standardError;
	return pretty({
		destination: fd,
		sync,
		colorize: process.stderr.isTTY,
		messageFormat: (line, key) => printable(String(line[key])),
	});
}

function printableLines(stream: DestinationStream): DestinationStream {
	return { write: (line) => stream.write(printableJson(line)) };
}

function printableFields(fields: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(fields).map(([name, value]) => [
			name,
			typeof value === 'string' ? printable(value) : value,
		]),
	);
}
