import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { parse } from 'yaml';
import { optionsOf } from '../../scripts/reference.ts';
import { jsonSchema } from '../../scripts/schema.ts';
import { plan } from '../../src/config/plan.ts';
import { schema } from '../../src/config/schema.ts';
import { ReferencedFile } from '../../src/options/file.ts';
import { platforms } from '../../src/targets/index.ts';
import { startWorld, type World } from '../e2e/world.ts';
import { fileContent } from './file-contents.ts';

const root = join(import.meta.dirname, '..', '..');
const reference = readFileSync(join(root, 'config', 'reference.yaml'), 'utf8');

let world: World;

before(async () => {
	world = await startWorld();
});

after(async () => {
	await world?.stop();
});

type Plain = Record<string, unknown>;

/** Every option by its path, in lists `[]` and in targets the platform: `targets[kafka].brokers`. */
const all = new Set([...optionsOf(jsonSchema())].map(({ path }) => path));

/** A value that notes which of its parts are asked for. Instances of classes are given as they are. */
function watched<T>(value: T, path: string, asked: Set<string>): T {
	const isPlain = Object.getPrototypeOf(value ?? 0) === Object.prototype || Array.isArray(value);
	if (!isPlain) return value;
	const { platform } = value as Plain;
	const at =
		all.has(`targets[${platform}].platform`) && path === 'targets[]'
			? `targets[${platform}]`
			: path;
	return new Proxy(value as object, {
		get(object, key) {
			const part: unknown = Reflect.get(object, key);
			if (typeof key === 'symbol' || typeof part === 'function') return part;
			const inside = Array.isArray(object) ? `${at}[]` : `${at}${at && '.'}${key}`;
			asked.add(inside);
			return watched(part, inside, asked);
		},
	}) as T;
}

/** The reference, with files read and with other servers. */
function checked(servers: Record<'kafka' | 'redis' | 'nats', string>, change = (_: Plain) => {}) {
	const text = reference.replace(
		/\b(kafka|redis|nats)(-\d)?:\d+/g,
		(_, name: keyof typeof servers) => servers[name],
	);
	const config = parse(text, (key, value) => {
		if (!String(key).endsWith('_file') || typeof value !== 'string') return value;
		return new ReferencedFile(value, { ok: true, text: fileContent(String(key)) });
	});
	for (const target of config.targets) change(target);
	return schema.parse(config);
}

/** What is asked for by planning: of a target what all platforms have, the rest is handed on. */
function askedByPlanning(config: ReturnType<typeof checked>): Set<string> {
	const asked = new Set<string>();
	plan(watched(config, '', asked));
	for (const { name, options } of platforms) {
		for (const path of asked) {
			const [, key = ''] = path.split(/(?<=^targets\[\w+\])\./);
			const isOwn = (key.split(/[.[]/)[0] ?? '') in options.shape;
			if (path.startsWith(`targets[${name}].`) && isOwn) asked.delete(path);
		}
	}
	return asked;
}

/** What is asked for by connecting and reading. */
async function askedByTargets(config: ReturnType<typeof checked>): Promise<Set<string>> {
	const asked = new Set<string>();
	for (const { platform, options } of plan(config).targets) {
		const given = watched(options, `targets[${platform.name}]`, asked);
		const target = platform.connect(given, pino({ enabled: false }), 2000);
		await target.read(AbortSignal.timeout(2000)).catch(() => {});
		await target.close();
	}
	return asked;
}

test('every option is asked for, by planning, by connecting or by reading from a real broker', async () => {
	const nobody = '127.0.0.1:1';
	const unreachable = checked({ kafka: nobody, redis: nobody, nats: nobody });
	const address = (url: string) => new URL(url).host;
	const servers = {
		kafka: world.kafka.bootstrap,
		redis: address(world.redis.url),
		nats: address(world.nats.url),
	};
	const withoutLogin = [
		'sasl',
		'username',
		'password',
		'password_file',
		'token',
		'token_file',
		'credentials_file',
		'nkey_file',
		'tls',
		'tls_first',
		'domain',
	];
	const reachable = checked(servers, (target) => {
		for (const key of withoutLogin) delete target[key];
	});
	const asked = [
		askedByPlanning(unreachable),
		await askedByTargets(unreachable),
		await askedByTargets(reachable),
	];
	const ignored = [...all].filter((path) => !asked.some((paths) => paths.has(path)));
	assert.deepEqual(ignored, []);
});
