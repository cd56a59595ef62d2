import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { all, type Manifest, manifestsIn } from './helm/chart.ts';
import { catalogueNames } from './metric-names.ts';
import { mistakesIn } from './mistakes.ts';
import { metricsIn } from './promql.ts';
import { read, root } from './read.ts';
import { conform, kubernetesVersions } from './tools/index.ts';

const folder = 'deploy/kubernetes';
const names = readdirSync(new URL(folder, root));
const manifests = (name: string) => manifestsIn(read(`${folder}/${name}`));
const { version } = JSON.parse(read('package.json'));

for (const kubernetes of kubernetesVersions) {
	test(`Kubernetes ${kubernetes}, the operator of Prometheus and KEDA have schemas for all of ${folder}`, async () => {
		const files = names.map((name) => fileURLToPath(new URL(`${folder}/${name}`, root)));
		const { stdout } = await conform(files, kubernetes);
		const count = names.flatMap(manifests).length;
		assert.match(stdout, new RegExp(`Valid: ${count}, Invalid: 0, Errors: 0, Skipped: 0`));
	});
}

/** The containers of the exporter in a file, each with its pod. */
function exporters(
	name: string,
): readonly { readonly container: Manifest; readonly pod: Manifest }[] {
	return manifests(name).flatMap(({ spec }) => {
		const pod = spec?.template?.spec;
		const containers: Manifest[] = pod?.containers ?? [];
		return containers
			.filter((container) => container.name === 'exporter')
			.map((container) => ({ container, pod }));
	});
}

for (const name of ['exporter.yaml', 'sidecar.yaml']) {
	test(`${name} runs this version without rights`, () => {
		const [found, ...more] = exporters(name);
		assert.ok(found && more.length === 0);
		const { container, pod } = found;
		assert.equal(container.image, `stream-lag-exporter:${version}`);
		assert.equal(pod.automountServiceAccountToken, false);
		assert.deepEqual(pod.securityContext.seccompProfile, { type: 'RuntimeDefault' });
		assert.equal(pod.securityContext.runAsNonRoot, true);
		const { runAsUser, runAsGroup, ...rights } = {
			...pod.securityContext,
			...container.securityContext,
		};
		assert.match(read('Dockerfile'), new RegExp(`^USER ${runAsUser}:${runAsGroup}$`, 'm'));
		assert.equal(rights.allowPrivilegeEscalation, false);
		assert.equal(rights.readOnlyRootFilesystem, true);
		assert.deepEqual(rights.capabilities, { drop: ['ALL'] });
	});
}

test('check-config finds no mistake in the configuration of exporter.yaml, which is where the flag says', () => {
	const [map] = all(manifests('exporter.yaml'), 'ConfigMap');
	assert.deepEqual(mistakesIn(map.data['stream-lag-exporter.yaml']), []);
	const [found] = exporters('exporter.yaml');
	const mountOf = (volume: string) =>
		found?.container.volumeMounts.find(({ name }: Manifest) => name === volume).mountPath;
	assert.deepEqual(found?.container.args, [
		`--config.file=${mountOf('config')}/${Object.keys(map.data)[0]}`,
	]);
	const files = [...map.data['stream-lag-exporter.yaml'].matchAll(/_file: (\S+)/g)];
	assert.equal(files.length, 1);
	for (const [, path] of files) assert.ok(path.startsWith(`${mountOf('secrets')}/`), path);
});

test('check-config finds no mistake in the configuration of sidecar.yaml, which asks its own pod', () => {
	const [found] = exporters('sidecar.yaml');
	assert.ok(found);
	const { env, readinessProbe } = found.container;
	const { value } = env.find(({ name }: Manifest) => name === 'STREAM_LAG_CONFIG');
	assert.deepEqual(mistakesIn(value), []);
	assert.match(value, /redis:\/\/127\.0\.0\.1:6379/);
	assert.equal(readinessProbe, undefined);
});

test('selectors of the examples take the pods that they make', () => {
	for (const name of ['exporter.yaml', 'sidecar.yaml']) {
		const [workload] = manifests(name).filter(({ spec }) => spec?.template !== undefined);
		const { labels } = workload.spec.template.metadata;
		const selectors = [
			workload.spec.selector.matchLabels,
			...all(manifests(name), 'Service').map(({ spec }) => spec.selector),
		];
		for (const selector of selectors) assert.deepEqual(selector, labels, name);
	}
});

test('KEDA asks Prometheus for a metric that there is, and takes no answer for no lag', () => {
	const [{ spec }] = manifests('scaled-object-prometheus.yaml') as [Manifest];
	const [{ metadata }] = spec.triggers;
	const asked = metricsIn(metadata.query);
	assert.deepEqual(asked, ['stream_consumer_lag']);
	for (const name of asked) assert.ok(catalogueNames.has(name), name);
	assert.equal(metadata.ignoreNullValues, 'false');
	assert.ok(spec.fallback.replicas > 0);
	const [other] = manifests('scaled-object.yaml');
	assert.deepEqual({ ...spec, triggers: [] }, { ...other.spec, triggers: [] });
});
