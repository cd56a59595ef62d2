/** Numbers and times in words, as sentences, page and messages show them. */

/** 12400 is `12,400`. */
export function grouped(value = 0): string {
	const text = String(value);
	return value < 1000 ? text : text.replace(/\B(?=(\d{3})+$)/g, ',');
}

const spans = [
	[86_400, 'd'],
	[3600, 'h'],
	[60, 'min'],
	[1, 's'],
] as const;

/** Seconds in words, by the two largest units: 390 is `6 min 30 s`. */
export function span(seconds = 0): string {
	let rest = Math.round(seconds);
	for (const [index, [size, unit]] of spans.entries()) {
		if (rest < size) continue;
		const count = Math.floor(rest / size);
		rest -= count * size;
		const next = spans[index + 1];
		const small = next ? Math.floor(rest / next[0]) : 0;
		return next && small > 0 ? `${count} ${unit} ${small} ${next[1]}` : `${grouped(count)} ${unit}`;
	}
	return '0 s';
}

/** The time of day, UTC, of milliseconds since 1970: `14:02:10`. */
export function clock(ms: number): string {
	return new Date(ms).toISOString().slice(11, 19);
}
