/** Names come and go; what is remembered must not grow for ever. */
const mostRemembered = 100_000;

/** Remembers a verdict on names, so that each name is looked at once. */
export function remembered(verdictOn: (name: string) => boolean): (name: string) => boolean {
	const known = new Map<string, boolean>();
	return (name) => {
		let verdict = known.get(name);
		if (verdict === undefined) {
			if (known.size >= mostRemembered) known.clear();
			verdict = verdictOn(name);
			known.set(name, verdict);
		}
		return verdict;
	};
}
