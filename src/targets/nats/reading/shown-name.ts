import { displayName } from '../../name.ts';

const encoder = new TextEncoder();

/** A stream's or consumer's name as it is shown; servers take valid UTF-8 only. */
export function shownName(name: string): string {
	return displayName(encoder.encode(name));
}
