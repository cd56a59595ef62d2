import { parseArgs } from 'node:util';
import { UsageError } from '../usage.ts';
import { installations, type PlatformName } from './installation.ts';

/** What the arguments of the comparison ask for. */
export function askedFor(args: readonly string[]) {
	const { values, positionals } = parse(args);
	return {
		platforms: platformsNamed(positionals),
		scale: positive('scale', values.scale),
		rounds: positive('rounds', values.rounds),
		effort: {
			readings: positive('readings', values.readings),
			scrapeSeconds: positive('seconds', values.seconds),
		},
	};
}

/** All of them where none is named. */
export function platformsNamed(names: readonly string[]): readonly PlatformName[] {
	const known = Object.keys(installations) as PlatformName[];
	for (const name of names) {
		if (!(name in installations)) throw new UsageError(`${name}: there are ${known.join(', ')}`);
	}
	return names.length === 0 ? known : (names as readonly PlatformName[]);
}

function parse(args: readonly string[]) {
	try {
		return parseArgs({
			args: [...args],
			allowPositionals: true,
			options: {
				scale: { type: 'string', default: '1' },
				rounds: { type: 'string', default: '3' },
				readings: { type: 'string', default: '10' },
				seconds: { type: 'string', default: '30' },
			},
		});
	} catch (error) {
		throw new UsageError((error as Error).message);
	}
}

function positive(name: string, text: string): number {
	const value = Number(text);
	if (value > 0 && value < Number.POSITIVE_INFINITY) return value;
	throw new UsageError(`--${name}=${text}: it must be a number above 0`);
}
