/** One thing that polls do, tried by itself: what `doctor` tells line by line. */
export type Trial = {
	/** As the server's documentation names it: `XPENDING`, `ListGroups`, `CONSUMER.LIST`. */
	readonly operation: string;
	/** What was asked, or asked about: servers, streams. */
	readonly subject: string;
	/** What came of it, in the server's words where it has any. Never a secret. */
	readonly answer?: string;
} & (
	| { readonly state: 'allowed' }
	| {
			readonly state: 'refused';
			/** What the server wants to see granted, in its own terms. */
			readonly permission: string;
			readonly lost: string;
	  }
	/** The server does not know the operation, and polls do without. */
	| { readonly state: 'unsupported'; readonly lost: string }
	/** Something else than a permission is in the way. */
	| { readonly state: 'failed' }
	/** Nothing to try it on, or something else failed before. */
	| { readonly state: 'untried' }
);

/** How many subjects one trial names when many share it. */
const namedSubjects = 3;

/** Makes one trial of those that differ in their subject only, in the order of the first ones. */
export function merged(trials: readonly Trial[]): readonly Trial[] {
	const alike = new Map<string, [Trial, ...Trial[]]>();
	for (const trial of trials) {
		const key = JSON.stringify({ ...trial, subject: '' });
		const group = alike.get(key);
		if (group) group.push(trial);
		else alike.set(key, [trial]);
	}
	return [...alike.values()].map((group) => {
		const subjects = [...new Set(group.map(({ subject }) => subject))];
		const more = subjects.length - namedSubjects;
		const named = subjects.slice(0, namedSubjects).join(', ');
		return { ...group[0], subject: more > 0 ? `${named} and ${more} more` : named };
	});
}
