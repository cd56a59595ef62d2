import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { chartFilesByPath } from '../../scripts/chart.ts';
import { parseArguments } from '../../src/arguments.ts';
import { tellOnStandardError } from '../brokers/found.ts';
import { all, chartPath, manifestsIn, minimal, one, openChart } from './helm/chart.ts';
import { jsonWords, parseDockerfile } from './image/dockerfile.ts';
import { mistakesIn } from './mistakes.ts';
import { read, root } from './read.ts';
import { conform, kubernetesVersions } from './tools/index.ts';

const { version } = JSON.parse(read('package.json'));
const valueFiles = readdirSync(new URL(`${chartPath}/ci`, root));
const valueFile = (name: string) => fileURLToPath(new URL(`${chartPath}/ci/${name}`, root));
const chart = await openChart();
after(() => chart.close());
/** What each file of values comes to. */
const rendered = new Map<string, string>();

before(async () => {
	for (const name of valueFiles) rendered.set(name, await chart.template(valueFile(name)));
	tellOnStandardError(`helm: ${rendered.size} sets of values rendered`);
});

for (const [path, text] of Object.entries(chartFilesByPath())) {
	test(`${path} is what its source says; npm run docs writes it`, () => {
		assert.equal(read(path), text);
	});
}

test('the chart runs the version that it lies beside', () => {
	assert.equal(parse(read(`${chartPath}/Chart.yaml`)).appVersion, version);
});

test('helm lint finds nothing wrong, with whatever values', async () => {
	assert.ok(valueFiles.length >= 12, `${valueFiles.length}`);
	const files = valueFiles.map(valueFile);
	for (const values of [[], ...files.map((file) => [`--values=${file}`])]) {
		const told = await chart.helm(
			...['lint', '--strict', `--kube-version=${kubernetesVersions[1]}`],
			...[fileURLToPath(new URL(chartPath, root)), ...values],
		);
		assert.match(told, /1 chart\(s\) linted, 0 chart\(s\) failed/, values[0]);
		assert.doesNotMatch(told, /\[(WARNING|ERROR)\]/, values[0]);
	}
});

for (const kubernetes of kubernetesVersions) {
	test(`Kubernetes ${kubernetes} and the operators have schemas for all that is rendered`, async () => {
		const files: string[] = [];
		for (const [name, text] of rendered) {
			files.push(join(chart.folder, `${kubernetes}-${name}`));
			await writeFile(files.at(-1) ?? '', text);
		}
		const { stdout } = await conform(files, kubernetes);
		const count = [...rendered.values()].flatMap(manifestsIn).length;
		assert.match(stdout, new RegExp(`Valid: ${count}, Invalid: 0, Errors: 0, Skipped: 0`));
	});
}

test('a misspelt key of a manifest would be found', async () => {
	const file = join(chart.folder, 'misspelt.yaml');
	const text = rendered.get('operator-values.yaml') ?? '';
	for (const [right, wrong] of [
		['scrapeTimeout:', 'scrapeTimeOut:'],
		['automountServiceAccountToken:', 'automountToken:'],
		['keep_firing_for:', 'keepFiringFor:'],
	]) {
		assert.ok(text.includes(right ?? ''), right);
		await writeFile(file, text.replace(right ?? '', wrong ?? ''));
		const { ok, stdout } = await conform([file], kubernetesVersions[1]);
		assert.equal(ok, false, wrong);
		assert.ok(stdout.includes(`'${wrong?.slice(0, -1)}' not allowed`), stdout);
	}
});

test('the chart is whole when it is packed', async () => {
	await chart.helm('package', fileURLToPath(new URL(chartPath, root)), '--destination=packed');
	const [name = ''] = readdirSync(join(chart.folder, 'packed'));
	const packed = join(chart.folder, 'packed', name);
	for (const values of ['everything-values.yaml', 'operator-values.yaml']) {
		assert.equal(await chart.template(valueFile(values), packed), rendered.get(values));
	}
});

test('check-config finds no mistake in any configuration that is rendered', () => {
	let count = 0;
	for (const [name, text] of rendered) {
		for (const { data } of all(manifestsIn(text), 'ConfigMap')) {
			const [[file = '', configuration = ''] = []] = Object.entries<string>(data);
			if (!file.endsWith('.yaml')) continue;
			count++;
			assert.deepEqual(mistakesIn(configuration), [], name);
		}
	}
	assert.ok(count >= 10, `${count}`);
});

const refused: readonly (readonly [what: string, values: object, complaint: RegExp])[] = [
	['nothing to poll', {}, /nothing to poll: set config\.targets/],
	['an unknown value', { ...minimal, replica: 2 }, /additional properties 'replica' not allowed/],
	['an unknown value in another', { ...minimal, service: { prot: 1 } }, /'prot' not allowed/],
	['a number in quotes', { ...minimal, replicas: '2' }, /'\/replicas'.* want integer/],
	['no shards', { ...minimal, sharding: { count: 0 } }, /'\/sharding\/count'.*minimum/],
	['too many shards', { ...minimal, sharding: { count: 10_000 } }, /'\/sharding\/count'.*maximum/],
	['a port that is none', { ...minimal, service: { port: 70000 } }, /'\/service\/port'.*maximum/],
	['a digest that is none', { ...minimal, image: { digest: 'latest' } }, /'\/image\/digest'/],
	[
		'a probe of another kind',
		{ ...minimal, webConfig: { probes: 'http' } },
		/'\/webConfig\/probes'/,
	],
	['a flag without dashes', { ...minimal, extraArgs: ['log.level=debug'] }, /'\/extraArgs\/0'/],
	['an interval without unit', { ...minimal, serviceMonitor: { interval: '15' } }, /interval/],
	[
		'a variable without name',
		{ ...minimal, extraEnv: [{ value: 'x' }] },
		/missing property 'name'/,
	],
	[
		'a mistake in the configuration',
		{ config: { targets: [{ name: 'a', platform: 'kafka', broker: ['kafka:9092'] }] } },
		/additional properties 'broker' not allowed/,
	],
	[
		'a platform that is none',
		{ config: { targets: [{ name: 'a', platform: 'mqtt' }] } },
		/platform/,
	],
	['a configuration as text', { config: 'targets: []' }, /'\/config'.*want object/],
	[
		'two configurations',
		{ ...minimal, existingSecret: 'other' },
		/config and existingSecret: only one of them/,
	],
];
for (const [what, values, complaint] of refused) {
	test(`the chart refuses ${what}`, async () => {
		await assert.rejects(chart.render(values), complaint);
	});
}

/** Every option that is a secret, by the exporter's own schema: it has a twin that names a file. */
function secretOptions(schema: object): readonly string[] {
	return Object.values(schema).flatMap((value) => {
		if (typeof value !== 'object' || value === null) return [];
		const properties: object = value.properties ?? {};
		const own = Object.keys(properties).filter((key) => `${key}_file` in properties);
		return [...own, ...secretOptions(value)];
	});
}

test('no secret is put into a ConfigMap, however it is written', async () => {
	const names = new Set(secretOptions(JSON.parse(read('config/schema.json'))));
	assert.ok(names.size >= 3, [...names].join());
	const target = (options: object) => ({ config: { targets: [{ name: 'a', ...options }] } });
	const kafka = { platform: 'kafka', brokers: ['kafka:9092'] };
	const redis = { platform: 'redis', url: 'redis://redis' };
	const nats = { platform: 'nats', servers: ['nats://nats'] };
	const places: Record<string, (secret: string) => object> = {
		password: (password) =>
			target({ ...kafka, sasl: { mechanism: 'plain', username: 'u', password } }),
		client_secret: (client_secret) =>
			target({
				...kafka,
				sasl: { mechanism: 'oauthbearer', token_url: 'https://t', client_id: 'c', client_secret },
			}),
		token: (token) => target({ ...nats, token }),
	};
	assert.deepEqual([...names].sort(), Object.keys(places).sort());
	const addresses: readonly ((secret: string) => object)[] = [
		(secret) => target({ ...redis, url: `redis://user:${secret}@redis` }),
		(secret) => target({ ...redis, url: `rediss://:${secret}@redis` }),
		(secret) => target({ ...nats, servers: [`nats://user:${secret}@nats`] }),
		(secret) => target({ ...nats, servers: [`nats://${secret}@nats`] }),
	];
	const sentinel = (password: string) =>
		target({ platform: 'redis', sentinel: { name: 'm', hosts: ['s:1'], password } });
	for (const values of [...Object.values(places), sentinel, ...addresses]) {
		for (const secret of ['canary', '${SECRET:-canary}', '$${SECRET}']) {
			const refusal = await chart.render(values(secret)).catch(String);
			assert.match(String(refusal), /would stand in a ConfigMap/, JSON.stringify(values(secret)));
			assert.doesNotMatch(String(refusal), /canary/);
		}
		const map = one(await chart.render(values('${SECRET:?set it}')), 'ConfigMap');
		assert.match(map.data['stream-lag-exporter.yaml'], /\$\{SECRET:\?set it\}/);
	}
});

const workload = async (values: object) => {
	const manifests = await chart.render({ ...minimal, ...values });
	const found = manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
	assert.equal(found.length, 1);
	const [manifest] = found;
	const pod = manifest.spec.template;
	return { manifests, manifest, pod, container: pod.spec.containers[0] };
};

test('pods are restarted when the configuration changes, and by nothing else', async () => {
	const checksum = async (values: object) =>
		(await workload(values)).pod.metadata.annotations['checksum/config'];
	const before = await checksum({});
	assert.match(before, /^[0-9a-f]{64}$/);
	assert.notEqual(
		await checksum({ config: { ...minimal.config, poll: { interval: '30s' } } }),
		before,
	);
	assert.equal(await checksum({ serviceMonitor: { enabled: true }, replicas: 2 }), before);
	const { pod } = await workload({});
	assert.doesNotMatch(JSON.stringify(pod), /helm\.sh/, 'nor by a new version of the chart alone');
});

test('it runs without rights: no root, no token, nothing to write to', async () => {
	for (const text of rendered.values()) {
		for (const { kind, spec } of manifestsIn(text)) {
			if (kind !== 'Deployment' && kind !== 'StatefulSet') continue;
			const { spec: pod } = spec.template;
			assert.equal(pod.automountServiceAccountToken, false);
			assert.equal(pod.enableServiceLinks, false);
			assert.equal(pod.securityContext.runAsNonRoot, true);
			assert.equal(pod.securityContext.seccompProfile.type, 'RuntimeDefault');
			const [{ securityContext, resources, volumeMounts = [] }] = pod.containers;
			assert.deepEqual(securityContext, {
				allowPrivilegeEscalation: false,
				readOnlyRootFilesystem: true,
				capabilities: { drop: ['ALL'] },
			});
			assert.ok(resources.limits.memory);
			for (const mount of volumeMounts) assert.equal(mount.readOnly, true, mount.name);
		}
	}
});

test('its user is that of the image', async () => {
	const { pod } = await workload({});
	const { runAsUser, runAsGroup } = pod.spec.securityContext;
	assert.match(read('Dockerfile'), new RegExp(`^USER ${runAsUser}:${runAsGroup}$`, 'm'));
});

test('one shard is a Deployment of as many pods as replicas', async () => {
	const { manifests, manifest, container } = await workload({ replicas: 2 });
	assert.equal(manifest.kind, 'Deployment');
	assert.equal(manifest.spec.replicas, 2);
	assert.doesNotMatch(container.args.join(' '), /shard/);
	assert.equal(all(manifests, 'Service').length, 1);
});

test('three shards of two are a StatefulSet of six, whose pods tell their shard by their name', async () => {
	const { manifests, manifest, container } = await workload({
		replicas: 2,
		sharding: { count: 3 },
	});
	assert.equal(manifest.kind, 'StatefulSet');
	assert.equal(manifest.spec.replicas, 6);
	assert.equal(manifest.spec.podManagementPolicy, 'Parallel');
	const flags: readonly string[] = container.args.slice(-2);
	assert.deepEqual(flags, ['--shard.count=3', '--shard.index=$(POD_NAME)']);
	const pods = Array.from({ length: 6 }, (_, ordinal) => `${manifest.metadata.name}-${ordinal}`);
	const shards = pods.map((pod) => {
		const words = flags.map((flag) => flag.replace('$(POD_NAME)', pod));
		const invocation = parseArguments(words, false);
		return invocation.command === 'serve' ? invocation.shard?.index : undefined;
	});
	assert.deepEqual(shards, [0, 1, 2, 0, 1, 2]);
	assert.deepEqual(container.env, [
		{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
	]);
	const services = all(manifests, 'Service');
	const headless = services.find(({ spec }) => spec.clusterIP === 'None');
	assert.equal(headless.metadata.name, manifest.spec.serviceName);
});

test('a ServiceMonitor takes each pod once, also where the StatefulSet has a Service of its own', async () => {
	for (const values of [{}, { sharding: { count: 2 } }]) {
		const { manifests } = await workload({ ...values, serviceMonitor: { enabled: true } });
		const { spec } = one(manifests, 'ServiceMonitor');
		const wanted = Object.entries(spec.selector.matchLabels);
		const taken = all(manifests, 'Service').filter(({ metadata }) =>
			wanted.every(([label, value]) => metadata.labels[label] === value),
		);
		assert.equal(taken.length, 1);
		assert.equal(taken[0].spec.clusterIP, undefined);
		assert.ok(
			taken[0].spec.ports.some(({ name }: { name: string }) => name === spec.endpoints[0].port),
		);
	}
});

test('the job is the one that the rules go by, whatever the release is called', async () => {
	const { manifests } = await workload({
		serviceMonitor: { enabled: true },
		nameOverride: 'other',
	});
	const [endpoint] = one(manifests, 'ServiceMonitor').spec.endpoints;
	const [scrape] = parse(read('deploy/prometheus/prometheus.yaml')).scrape_configs;
	assert.deepEqual(endpoint.relabelings, [{ targetLabel: 'job', replacement: scrape.job_name }]);
});

test('there is a PodDisruptionBudget only where there is more than one pod', async () => {
	const budgets = async (values: object) =>
		all(
			(await workload({ podDisruptionBudget: { enabled: true }, ...values })).manifests,
			'PodDisruptionBudget',
		).length;
	assert.equal(await budgets({}), 0);
	assert.equal(await budgets({ replicas: 0 }), 0);
	assert.equal(await budgets({ replicas: 2 }), 1);
	assert.equal(await budgets({ sharding: { count: 2 } }), 1);
	assert.equal(await budgets({ replicas: 2, podDisruptionBudget: { enabled: false } }), 0);
});

test('selectors take the pods that are made, and do not change with versions', async () => {
	const values = {
		replicas: 2,
		podDisruptionBudget: { enabled: true },
		networkPolicy: { enabled: true },
		topologySpreadConstraints: [
			{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' },
		],
	};
	const { manifests, manifest, pod } = await workload(values);
	const own = {
		'app.kubernetes.io/name': 'stream-lag-exporter',
		'app.kubernetes.io/instance': 'lag',
	};
	assert.deepEqual(manifest.spec.selector.matchLabels, own);
	assert.deepEqual(one(manifests, 'Service').spec.selector, own);
	assert.deepEqual(one(manifests, 'PodDisruptionBudget').spec.selector.matchLabels, own);
	assert.deepEqual(one(manifests, 'NetworkPolicy').spec.podSelector.matchLabels, own);
	assert.deepEqual(pod.spec.topologySpreadConstraints[0].labelSelector.matchLabels, own);
	for (const [label, value] of Object.entries(own)) assert.equal(pod.metadata.labels[label], value);
});

test('the kubelet asks over HTTP, and with a web configuration in a way that comes in', async () => {
	const probes = async (webConfig: object) => {
		const { container } = await workload({ webConfig });
		const how = ({
			periodSeconds,
			timeoutSeconds,
			failureThreshold,
			...rest
		}: object & Record<string, unknown>) => rest;
		return [how(container.livenessProbe), how(container.readinessProbe)];
	};
	const get = (path: string, scheme?: string) => ({
		httpGet: { path, port: 'http', ...(scheme !== undefined && { scheme }) },
	});
	assert.deepEqual(await probes({}), [get('/-/healthy'), get('/-/ready')]);
	const existingSecret = 'web';
	assert.deepEqual(await probes({ existingSecret, probes: 'https' }), [
		get('/-/healthy', 'HTTPS'),
		get('/-/ready', 'HTTPS'),
	]);
	const tcp = { tcpSocket: { port: 'http' } };
	assert.deepEqual(await probes({ existingSecret, probes: 'tcp' }), [tcp, tcp]);
	const instructions = parseDockerfile(read('Dockerfile')).at(-1)?.instructions ?? [];
	const check = instructions.find(({ name }) => name === 'HEALTHCHECK');
	assert.ok(check);
	const exec = { exec: { command: jsonWords(check) } };
	assert.deepEqual(await probes({ existingSecret }), [exec, exec]);
});

test('files are where flags and options say', async () => {
	const { pod, container } = await workload({
		webConfig: { existingSecret: 'web' },
		secretMounts: [{ secretName: 'kafka', mountPath: '/run/secrets/kafka' }],
	});
	assert.deepEqual(container.args, [
		'--config.file=/etc/stream-lag-exporter/config/stream-lag-exporter.yaml',
		'--web.config.file=/etc/stream-lag-exporter/web/web.yaml',
	]);
	const sources = Object.fromEntries(
		container.volumeMounts.map(({ name, mountPath }: Record<string, string>) => {
			const { name: _, ...source } = pod.spec.volumes.find(
				(volume: { name: string }) => volume.name === name,
			);
			return [mountPath, source];
		}),
	);
	const secret = (secretName: string) => ({ secret: { secretName, defaultMode: 0o440 } });
	assert.deepEqual(sources, {
		'/etc/stream-lag-exporter/config': { configMap: { name: 'lag-stream-lag-exporter' } },
		'/etc/stream-lag-exporter/web': secret('web'),
		'/run/secrets/kafka': secret('kafka'),
	});
});

test("a configuration of one's own is mounted, and none of the chart's is made", async () => {
	const text = rendered.get('existing-secret-values.yaml') ?? '';
	assert.deepEqual(all(manifestsIn(text), 'ConfigMap'), []);
	assert.match(text, /--config\.file=\/etc\/stream-lag-exporter\/config\/config\.yaml/);
	assert.match(text, /secretName: stream-lag-exporter-config/);
});

test('rules and dashboards are those that are shipped, with the links of the site', async () => {
	const groups = (path: string): unknown[] => parse(read(path)).groups;
	const [asTheyAre, linked] = ['everything-values.yaml', 'operator-values.yaml'].map((name) =>
		manifestsIn(rendered.get(name) ?? ''),
	);
	assert.ok(asTheyAre && linked);
	assert.deepEqual(
		new Set(one(asTheyAre, 'PrometheusRule').spec.groups),
		new Set([
			...groups('deploy/prometheus/rules/recording.yaml'),
			...groups('deploy/prometheus/rules/alerts.yaml'),
		]),
	);
	const dashboards = all(asTheyAre, 'ConfigMap').filter(
		({ metadata }) => metadata.labels.grafana_dashboard === '1',
	);
	const shipped = readdirSync(new URL('grafana/dashboards', root));
	assert.deepEqual(
		dashboards.flatMap(({ data }) => Object.keys(data)).sort(),
		shipped.map((name) => `stream-lag-${name}`),
	);
	for (const { data } of dashboards) {
		for (const [name, text] of Object.entries<string>(data)) {
			const file = name.replace('stream-lag-', 'grafana/dashboards/');
			assert.deepEqual(JSON.parse(text), JSON.parse(read(file)));
		}
	}
	assert.doesNotMatch(
		JSON.stringify(linked),
		/https:\/\/[\w.-]*example\.com\/(?!stream-lag-exporter:)/,
	);
	const alerts = one(linked, 'PrometheusRule')
		.spec.groups.flatMap(({ rules }: { rules: object[] }) => rules)
		.filter((rule: object) => 'alert' in rule);
	assert.ok(alerts.length > 20);
	for (const { alert, labels, annotations } of alerts) {
		assert.equal(annotations.runbook_url, `https://wiki.internal/runbooks/${alert}.md`);
		assert.match(annotations.dashboard_url, /^https:\/\/grafana\.internal\/d\//);
		assert.equal(labels.team, 'messaging');
	}
});

test('large numbers of the configuration stay numbers', () => {
	const map = one(manifestsIn(rendered.get('sharded-values.yaml') ?? ''), 'ConfigMap');
	assert.match(map.data['stream-lag-exporter.yaml'], /max_series: 1000000$/m);
});
