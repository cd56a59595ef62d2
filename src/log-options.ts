export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export const logFormats = ['json', 'pretty'] as const;

/** How the log is written. */
export interface LogOptions {
	readonly level: (typeof logLevels)[number];
	readonly format: (typeof logFormats)[number];
}
