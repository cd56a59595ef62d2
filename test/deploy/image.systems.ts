import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, lstatSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../brokers/command.ts';
import { tellOnStandardError } from '../brokers/found.ts';
import { until } from '../brokers/index.ts';
import { freePorts } from '../brokers/ports.ts';
import { build, type Image } from './image/build.ts';
import { makeContext } from './image/context.ts';
import { parseDockerfile } from './image/dockerfile.ts';
import { entriesOf } from './image/tree.ts';
import { read, root } from './read.ts';
import { findHadolint } from './tools/index.ts';

const stages = parseDockerfile(read('Dockerfile'));
const { version, license } = JSON.parse(read('package.json'));
const folder = mkdtempSync(join(tmpdir(), 'stream-lag-exporter-image-'));
let image: Image;

before(async () => {
	// Others than its owner are to start the program.
	chmodSync(folder, 0o755);
	image = await buildIn('first', 0o022);
});
after(async () => {
	for (const path of [folder, ...foldersIn(folder)]) chmodSync(path, 0o755);
	await rm(folder, { recursive: true });
});

/** @param umask - of whoever checked the project out */
async function buildIn(name: string, umask: number): Promise<Image> {
	const own = join(folder, name);
	const context = join(folder, `${name}-context`);
	for (const path of [own, context]) mkdirSync(path);
	makeContext(fileURLToPath(root), read('.dockerignore'), context);
	for (const entry of readdirSync(context, { recursive: true, withFileTypes: true })) {
		const mode = entry.isDirectory() ? 0o777 : 0o666;
		chmodSync(join(entry.parentPath, entry.name), mode & ~umask);
	}
	return await build(stages, context, own, (line) => tellOnStandardError(`image: ${line}`));
}

test('hadolint finds nothing to say about the Dockerfile', async () => {
	const { path } = await findHadolint();
	const dockerfile = fileURLToPath(new URL('Dockerfile', root));
	const { stdout } = await runCommand(path, ['--failure-threshold=style', dockerfile], {
		timeoutMs: 60_000,
	});
	assert.equal(stdout, '');
});

test('the image has no native module', () => {
	const native = entriesOf(image.root).filter(({ path }) => /\.(node|so|dylib|dll)$/.test(path));
	assert.deepEqual(native, []);
});

test('its packages take less than 40 MB, and none of development is among them', () => {
	const packages = join(image.root, 'app/node_modules');
	const bytes = entriesOf(packages).reduce((sum, entry) => sum + entry.bytes, 0);
	tellOnStandardError(`image: packages of ${(bytes / 1e6).toFixed(1)} MB`);
	assert.ok(bytes > 0 && bytes < 40e6, `${bytes} bytes`);
	const { devDependencies } = JSON.parse(read('package.json'));
	const development = readdirSync(packages).filter((name) => name in devDependencies);
	assert.deepEqual(development, []);
});

test('its labels tell what it is, and its version is that of the package', () => {
	const label = (name: string) => image.labels[`org.opencontainers.image.${name}`];
	assert.equal(label('title'), 'stream-lag-exporter');
	assert.equal(label('version'), version);
	assert.equal(label('licenses'), license);
	assert.equal(label('revision'), 'unknown');
	assert.match(label('description') ?? '', /Kafka/);
});

test('its user is a number other than 0, so that Kubernetes can tell that it is not root', () => {
	assert.match(image.user, /^[1-9]\d*:[1-9]\d*$/);
});

test('a second build gives the same files, whoever checked the project out', async () => {
	const second = await buildIn('second', 0o077);
	assert.deepEqual(entriesOf(second.root), entriesOf(image.root));
});

test('it runs where nothing can be written, serves its page, and finds itself healthy', async (t) => {
	const [program = '', ...words] = image.entrypoint;
	// What the base image brings.
	const node = join(image.root, program);
	mkdirSync(dirname(node), { recursive: true });
	copyFileSync(process.execPath, node);
	chmodSync(node, 0o555);
	const inside = (word: string) => (word.startsWith('/') ? join(image.root, word) : word);
	const app = inside(image.workdir);
	const built = entriesOf(app);
	for (const path of [app, ...foldersIn(app)]) chmodSync(path, 0o555);
	const [port = 0] = await freePorts(1);
	const listen = `--web.listen-address=127.0.0.1:${port}`;
	const [uid = 0, gid = 0] = image.user.split(':').map(Number);
	const child = spawn(node, [...words.map(inside), listen], {
		cwd: app,
		env: { ...image.env, REDIS_URL: 'redis://127.0.0.1:1' },
		stdio: ['ignore', 'ignore', 'pipe'],
		// Root would write all the same; who is not root cannot be somebody else.
		...(process.getuid?.() === 0 && { uid, gid }),
	});
	t.after(() => child.kill('SIGKILL'));
	let log = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		log += text;
	});
	await until('it listens', () => {
		if (child.exitCode !== null) throw new Error(`it ended: ${log}`);
		return log.includes('"listening"');
	});
	const [, ...check] = image.healthcheck;
	// In a container it finds the port by the first process, which here is another.
	await runCommand(node, [...check.map(inside), `--url=http://127.0.0.1:${port}`], {
		timeoutMs: 10_000,
	});
	const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
	const assets = [...page.matchAll(/(?:href|src)="([^"]*\.(?:css|js)[^"]*)"/g)];
	assert.equal(assets.length, 2);
	for (const [, path = ''] of assets) {
		const answer = await fetch(new URL(path, `http://127.0.0.1:${port}/`));
		assert.equal(answer.status, 200, path);
		assert.ok((await answer.text()).length > 1000, path);
	}
	const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
	assert.match(metrics, new RegExp(`build_info\\{version="${version}",revision="unknown"`));
	child.kill('SIGTERM');
	const [code] = await once(child, 'exit');
	assert.equal(code, 0, log);
	for (const path of [app, ...foldersIn(app)]) chmodSync(path, 0o755);
	assert.deepEqual(entriesOf(app), built);
});

function foldersIn(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.map((path) => join(folder, path))
		.filter((path) => lstatSync(path).isDirectory());
}
