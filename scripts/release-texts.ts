/** What a release changes in the texts of the project; pure, for scripts/release.ts. */

const unreleased = '## Unreleased';

/** A version as releases have it, without the build: `1.2.3`, `1.2.3-rc.1`. */
const versionForm =
	/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-z-][\da-z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-z-][\da-z-]*))*))?$/i;

/** Whether a text is a version by Semantic Versioning. */
export function isVersion(text: string): boolean {
	return versionForm.test(text);
}

/** Whether a version comes before another, by the order of Semantic Versioning. */
export function isBefore(one: string, other: string): boolean {
	const [a, b] = [one, other].map((text) => versionForm.exec(text) ?? []);
	for (const at of [1, 2, 3]) {
		const difference = Number(a?.[at]) - Number(b?.[at]);
		if (difference !== 0) return difference < 0;
	}
	const [before, after] = [a?.[4], b?.[4]];
	// What is about to be released comes before what is.
	if (before === undefined || after === undefined)
		return before !== undefined && after === undefined;
	return comparePrerelease(before.split('.'), after.split('.')) < 0;
}

function comparePrerelease(one: readonly string[], other: readonly string[]): number {
	for (let at = 0; at < Math.max(one.length, other.length); at++) {
		const [a, b] = [one[at], other[at]];
		if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
		if (a === b) continue;
		const [isNumber, otherIsNumber] = [a, b].map((part) => /^\d+$/.test(part));
		if (isNumber && otherIsNumber) return Number(a) - Number(b);
		if (isNumber !== otherIsNumber) return isNumber ? -1 : 1;
		return a < b ? -1 : 1;
	}
	return 0;
}

/**
 * What the changelog has under Unreleased.
 *
 * @returns undefined where there is no such section, or nothing in it
 */
export function unreleasedChanges(changelog: string): string | undefined {
	const [, after] = changelog.split(new RegExp(`^${unreleased}$`, 'm'));
	const changes = after?.split(/^## /m, 1)[0]?.trim();
	return changes !== undefined && /^- \S/m.test(changes) ? changes : undefined;
}

/**
 * The changelog with what was unreleased under the version.
 *
 * @param date - `2026-12-01`
 */
export function releasedChangelog(changelog: string, version: string, date: string): string {
	return changelog.replace(
		new RegExp(`^${unreleased}$`, 'm'),
		`${unreleased}\n\n## ${version} - ${date}`,
	);
}

/** package.json in another version. */
export function releasedManifest(text: string, version: string): string {
	return json({ ...JSON.parse(text), version });
}

/** package-lock.json, which has the version twice. */
export function releasedLock(text: string, version: string): string {
	const lock = JSON.parse(text);
	lock.version = version;
	lock.packages[''].version = version;
	return json(lock);
}

/** Chart.yaml with its own version and that of the exporter; both go together. */
export function releasedChart(text: string, version: string): string {
	return text
		.replace(/^version: .*$/m, `version: ${version}`)
		.replace(/^appVersion: .*$/m, `appVersion: "${version}"`);
}

/** As npm writes it. */
function json(value: unknown): string {
	return `${JSON.stringify(value, undefined, 2)}\n`;
}
