import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { findAmtool, findPromtool } from '../brokers/index.ts';
import { mistakesIn } from './mistakes.ts';
import { read, root } from './read.ts';
import { findCompose, outcomeOf } from './tools/index.ts';

const folder = fileURLToPath(new URL('deploy/compose', root));
const { version } = JSON.parse(read('package.json'));

interface Service {
	readonly image: string;
	readonly build?: { readonly context: string };
	readonly command?: readonly string[];
	readonly ports?: readonly { readonly host_ip: string; readonly target: number }[];
	readonly volumes?: readonly {
		readonly type: string;
		readonly source: string;
		readonly target: string;
	}[];
	readonly healthcheck?: { readonly test: readonly string[] };
	readonly read_only?: boolean;
	readonly cap_drop?: readonly string[];
	readonly security_opt?: readonly string[];
}

/** The file as compose understands it. */
async function understood(): Promise<Readonly<Record<string, Service>>> {
	const { path } = await findCompose();
	const { ok, stdout, stderr } = await outcomeOf(path, ['-format=json', 'compose.yaml'], {
		cwd: folder,
	});
	assert.ok(ok, stdout + stderr);
	return JSON.parse(stdout).services;
}

const services = await understood();
const service = (name: string): Service => {
	const found = services[name];
	assert.ok(found, name);
	return found;
};
const entries = Object.entries(services);

/** Lays files out as a container sees them, and gives the folder that stands for its root. */
function mounted(name: string): string {
	const inside = mkdtempSync(join(tmpdir(), `stream-lag-exporter-${name}-`));
	for (const { source, target } of service(name).volumes ?? []) {
		cpSync(source, join(inside, target), { recursive: true });
	}
	return inside;
}

test('docker compose takes the file, where it is installed', async () => {
	const docker = (...args: string[]) =>
		outcomeOf('docker', ['compose', ...args], { cwd: folder }).catch(() => undefined);
	const installed = (await docker('version'))?.ok === true;
	const told = installed ? await docker('config', '--quiet') : undefined;
	assert.equal(told?.stderr ?? '', '');
	assert.deepEqual(Object.keys(services).sort(), [
		...['alertmanager', 'grafana', 'kafka', 'nats', 'prometheus', 'redis', 'stream-lag-exporter'],
	]);
});

test('what is mounted is there, and is no copy', () => {
	const mounts = entries.flatMap(([, { volumes = [] }]) => volumes);
	assert.ok(mounts.length >= 6, `${mounts.length}`);
	for (const { type, source } of mounts) {
		assert.equal(type, 'bind');
		assert.ok(existsSync(source), source);
	}
	const context = service('stream-lag-exporter').build?.context ?? '';
	assert.ok(statSync(join(context, 'Dockerfile')).isFile());
});

test('images are pinned to a version, the exporter to its own', () => {
	for (const [name, { image }] of entries) assert.match(image, /:v?\d+\.\d+\.\d+(-alpine)?$/, name);
	assert.equal(service('stream-lag-exporter').image, `stream-lag-exporter:${version}`);
});

test('every service tells whether it is healthy, the exporter by its image', () => {
	for (const [name, { healthcheck }] of entries) {
		assert.equal(healthcheck === undefined, name === 'stream-lag-exporter', name);
	}
	assert.match(read('Dockerfile'), /^HEALTHCHECK /m);
});

test('nobody but this machine is let in', () => {
	for (const [name, { ports = [] }] of entries) {
		for (const { host_ip } of ports) assert.equal(host_ip, '127.0.0.1', name);
	}
});

test('the exporter has no rights and nothing to write to', () => {
	const { read_only, cap_drop, security_opt, volumes = [] } = service('stream-lag-exporter');
	assert.equal(read_only, true);
	assert.deepEqual(cap_drop, ['ALL']);
	assert.deepEqual(security_opt, ['no-new-privileges:true']);
	assert.equal(volumes.length, 1);
});

test('check-config finds no mistake in the configuration, whose brokers are those of compose', () => {
	const [volume] = service('stream-lag-exporter').volumes ?? [];
	assert.deepEqual(service('stream-lag-exporter').command, [`--config.file=${volume?.target}`]);
	const text = readFileSync(volume?.source ?? '', 'utf8');
	assert.deepEqual(mistakesIn(text), []);
	for (const { name, brokers = [], url, servers = [] } of parse(text).targets) {
		const addresses = [
			...brokers.map((at: string) => `kafka://${at}`),
			...servers,
			url ?? [],
		].flat();
		assert.ok(addresses.length > 0, name);
		for (const address of addresses) service(new URL(address).hostname);
	}
});

test('promtool finds nothing wrong with what Prometheus is given, which scrapes and tells these services', async (t) => {
	const inside = mounted('prometheus');
	t.after(() => rmSync(inside, { recursive: true }));
	const { path, env = {} } = await findPromtool();
	const file = join(inside, 'etc/prometheus/prometheus.yml');
	const { ok, stdout, stderr } = await outcomeOf(path, ['check', 'config', file], { env });
	assert.ok(ok, stdout + stderr);
	assert.match(stdout, /2 rule files found/);
	const { scrape_configs, alerting } = parse(readFileSync(file, 'utf8'));
	const groups = [...scrape_configs, ...alerting.alertmanagers];
	const targets = groups.flatMap(({ static_configs }) =>
		static_configs.flatMap((group: { targets: string[] }) => group.targets),
	);
	assert.equal(targets.length, 2);
	for (const target of targets) {
		const { hostname, port } = new URL(`http://${target}`);
		assert.ok(
			service(hostname).ports?.some((published) => published.target === Number(port)),
			target,
		);
	}
});

test('amtool finds nothing wrong with what Alertmanager is given', async (t) => {
	const inside = mounted('alertmanager');
	t.after(() => rmSync(inside, { recursive: true }));
	const { path, env = {} } = await findAmtool();
	const file = join(inside, 'etc/alertmanager/alertmanager.yml');
	const { ok, stdout, stderr } = await outcomeOf(path, ['check-config', file], { env });
	assert.ok(ok, stdout + stderr);
});

test('Grafana finds its dashboards where it is told to look, and Prometheus', (t) => {
	const inside = mounted('grafana');
	t.after(() => rmSync(inside, { recursive: true }));
	const provisioning = (path: string) =>
		parse(readFileSync(join(inside, 'etc/grafana/provisioning', path), 'utf8'));
	const [provider] = provisioning('dashboards/stream-lag-exporter.yaml').providers;
	const overview = join(inside, provider.options.path, 'overview.json');
	assert.equal(JSON.parse(readFileSync(overview, 'utf8')).uid, 'stream-lag-overview');
	const [source] = provisioning('datasources/prometheus.yaml').datasources;
	const { hostname, port } = new URL(source.url);
	assert.ok(service(hostname).ports?.some(({ target }) => target === Number(port)));
});
