import { type DestinationStream, destination, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import { printable, printableJson } from './printable.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export const logFormats = ['json', 'pretty'] as const;

/** How the log is written. */
export interface LogOptions {
	readonly level: (typeof logLevels)[number];
	readonly format: (typeof logFormats)[number];
}

/** A log on standard error: standard output belongs to what commands print. */
export function makeLog({ level, format }: LogOptions): Logger {
	const fd = 2;
	// Written synchronously: the last lines before an exit are those that matter.
	const stream: DestinationStream =
		format === 'pretty'
			? pretty({
					destination: fd,
					sync: true,
					colorize: process.stderr.isTTY,
					messageFormat: (line, key) => printable(String(line[key])),
				})
			: printableLines(destination({ fd, sync: true }));
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
