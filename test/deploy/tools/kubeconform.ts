import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { cached } from '../../brokers/cache.ts';
import { runCommand } from '../../brokers/command.ts';
import { type FoundServer, find, type Progress, tellOnStandardError } from '../../brokers/found.ts';
import { goInstall, goModule } from '../../brokers/go.ts';
import { pipInstall } from '../../brokers/python.ts';
import { type Crd, schemasOf } from './crd.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

const version = 'v0.8.0';

/** The oldest Kubernetes that the chart says it runs on, and the newest when this was written. */
export const kubernetesVersions = ['1.25.0', '1.37.0'] as const;

const schemasPackage = 'kubernetes-validate==1.37.0';
/** Kinds that are no part of Kubernetes, by the module that ships them and the files in it. */
const customKinds = {
	'github.com/prometheus-operator/prometheus-operator@v0.85.0': [
		'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
		'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml',
	],
	'github.com/kedacore/keda/v2@v2.21.0': [
		'config/crd/bases/keda.sh_scaledobjects.yaml',
		'config/crd/bases/keda.sh_triggerauthentications.yaml',
	],
};

/** Finds or builds kubeconform, which holds manifests against schemas. */
export function findKubeconform(progress: Progress = tellOnStandardError): Promise<FoundServer> {
	return find({
		name: 'kubeconform',
		variable: 'KUBECONFORM',
		executable: 'kubeconform',
		version: async (path) => {
			const { stdout } = await runCommand(path, ['-v'], { timeoutMs: 10_000 });
			return /v\d\S*/.exec(stdout)?.[0] ?? version;
		},
		entry: `kubeconform-${version}`,
		get: (folder) =>
			goInstall(`github.com/yannh/kubeconform/cmd/kubeconform@${version}`, folder, (line) =>
				progress(`kubeconform: ${line}`),
			),
		inFolder: (folder) => ({ path: join(folder, 'kubeconform') }),
		advice: 'install kubeconform, or Go',
	});
}

/** Finds or gets the schemas that manifests are held against; kubeconform would ask the internet. */
export async function findSchemas(progress: Progress = tellOnStandardError): Promise<string> {
	const tell = (line: string) => progress(`schemas of Kubernetes: ${line}`);
	return await cached(`kubernetes-schemas-${kubernetesVersions.join('-')}`, async (folder) => {
		const packages = join(folder, '.get');
		await mkdir(packages);
		await pipInstall(schemasPackage, packages, tell);
		for (const of of kubernetesVersions) {
			const name = `v${of}-local-strict`;
			const from = join(packages, 'kubernetes_validate/kubernetes-json-schema', name);
			await rename(from, join(folder, name));
			await relink(join(folder, name));
		}
		await rm(packages, { recursive: true });
		await mkdir(join(folder, 'custom'));
		for (const [module, files] of Object.entries(customKinds)) {
			const source = await goModule(module, tell);
			for (const file of files) {
				const crd: Crd = parse(await readFile(join(source, file), 'utf8'));
				for (const [name, schema] of schemasOf(crd)) {
					await writeFile(join(folder, 'custom', `${name}.json`), JSON.stringify(schema));
				}
			}
		}
	});
}

/** Lets schemas find each other in their folder: in the package they have addresses of the internet. */
async function relink(folder: string): Promise<void> {
	for (const name of await readdir(folder)) {
		const file = join(folder, name);
		const { $id: _, ...schema } = JSON.parse(await readFile(file, 'utf8'));
		const text = JSON.stringify(schema);
		await writeFile(file, text.replaceAll('"/api/_definitions.json#', '"_definitions.json#'));
	}
}

/**
 * Holds manifests against the schemas of one version of Kubernetes. Keys that no schema has are
 * mistakes, and so is a kind without a schema.
 */
export async function conform(
	files: readonly string[],
	kubernetesVersion: (typeof kubernetesVersions)[number],
): Promise<Outcome> {
	const { path } = await findKubeconform();
	const schemas = await findSchemas();
	const versioned = '{{.NormalizedKubernetesVersion}}-local{{.StrictSuffix}}';
	return await outcomeOf(path, [
		...['-strict', '-summary', `-kubernetes-version=${kubernetesVersion}`],
		...['-schema-location', `${schemas}/${versioned}/{{.ResourceKind}}{{.KindSuffix}}.json`],
		...['-schema-location', `${schemas}/custom/{{.ResourceKind}}-{{.ResourceAPIVersion}}.json`],
		...files,
	]);
}
