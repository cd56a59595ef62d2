/**
 * `npm run release -- 0.2.0`: makes the commit and the tag of a release, and pushes nothing
 * (docs/releasing.md). Everything that could be wrong is looked at before anything is changed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
	isBefore,
	isVersion,
	releasedChangelog,
	releasedChart,
	releasedLock,
	releasedManifest,
	unreleasedChanges,
} from './release-texts.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const chart = 'deploy/helm/stream-lag-exporter/Chart.yaml';

/** What is wrong, for people: nothing was changed. */
class Refusal extends Error {}

try {
	release(process.argv.slice(2));
} catch (error) {
	if (!(error instanceof Refusal)) throw error;
	process.stderr.write(`${error.message}\n`);
	process.exitCode = 1;
}

function release(words: readonly string[]): void {
	const version = versionOf(words);
	const tag = `v${version}`;
	const changes = check(version, tag);

	rewrite('package.json', (text) => releasedManifest(text, version));
	rewrite('package-lock.json', (text) => releasedLock(text, version));
	const date = new Date().toISOString().slice(0, 10);
	rewrite('CHANGELOG.md', (text) => releasedChangelog(text, version, date));
	if (existsSync(path(chart))) rewrite(chart, (text) => releasedChart(text, version));
	run(process.execPath, '--import', 'tsx', path('scripts/docs.ts'));
	run('git', 'add', '--all');
	run('git', 'commit', '--quiet', `--message=release: ${version}`);
	// As it stands: git would take the headings of the changelog for comments.
	run('git', 'tag', '--annotate', '--cleanup=verbatim', `--message=${version}\n\n${changes}`, tag);

	const branch = run('git', 'branch', '--show-current') || 'HEAD';
	process.stdout.write(`${tag} is made. To publish it:

  git push origin ${branch} ${tag}
  npm publish
  docker build --build-arg REVISION=$(git rev-parse ${tag}^{commit}) -t stream-lag-exporter:${version} .

To take it back before that:

  git tag --delete ${tag} && git reset --hard HEAD^
`);
}

function versionOf(words: readonly string[]): string {
	const [version, ...more] = words;
	if (version === undefined || more.length > 0) {
		throw new Refusal('usage: npm run release -- VERSION, such as 0.2.0');
	}
	if (isVersion(version)) return version;
	const hint = isVersion(version.replace(/^v/, '')) ? ': without the v' : ', such as 0.2.0';
	throw new Refusal(`${JSON.stringify(version)} is not a version${hint}`);
}

/** @returns what the changelog says of the release */
function check(version: string, tag: string): string {
	const present = JSON.parse(readFileSync(path('package.json'), 'utf8')).version as string;
	if (isBefore(version, present)) {
		throw new Refusal(`package.json: ${present} is there already, and ${version} comes before it`);
	}
	if (run('git', 'tag', '--list', tag) !== '') throw new Refusal(`the tag ${tag} is there already`);
	const changed = run('git', 'status', '--porcelain');
	if (changed !== '') throw new Refusal(`there is something that is not committed:\n${changed}`);
	const changes = unreleasedChanges(readFileSync(path('CHANGELOG.md'), 'utf8'));
	if (changes === undefined) {
		throw new Refusal(
			'CHANGELOG.md: there is nothing under Unreleased: say what the release brings',
		);
	}
	return changes;
}

function rewrite(file: string, change: (text: string) => string): void {
	writeFileSync(path(file), change(readFileSync(path(file), 'utf8')));
}

function path(file: string): string {
	return `${root}${file}`;
}

/** Runs a command in the project; what it complains of is seen. */
function run(command: string, ...args: readonly string[]): string {
	const stdio = ['ignore', 'pipe', 'inherit'] as const;
	return execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: [...stdio] }).trim();
}
