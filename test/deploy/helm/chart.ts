import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments, stringify } from 'yaml';
import { root } from '../read.ts';
import { findHelm, kubernetesVersions, outcomeOf } from '../tools/index.ts';

/** A manifest, as far as tests look into it. */
// biome-ignore lint/suspicious/noExplicitAny: what a test looks at is there, or it fails
export type Manifest = any;

/** The path of the chart from the root. */
export const chartPath = 'deploy/helm/stream-lag-exporter';
const chart = fileURLToPath(new URL(chartPath, root));
/** The least values that do something. */
export const minimal = {
	config: { targets: [{ name: 'orders', platform: 'kafka', brokers: ['kafka:9092'] }] },
} as const;

/** Helm with folders of its own, so that it reads nothing of the user's. */
export interface Chart {
	/** Where tests may put files; removed by `close`. */
	readonly folder: string;
	/** Runs helm in that folder; throws when it refuses. */
	helm(...args: string[]): Promise<string>;
	/** `helm template` of a release `lag` in the namespace `monitoring`. */
	template(valuesFile: string, of?: string): Promise<string>;
	/** The manifests for values; throws with what helm says when it refuses them. */
	render(values: object): Promise<readonly Manifest[]>;
	close(): Promise<void>;
}

export async function openChart(): Promise<Chart> {
	const { path } = await findHelm();
	const folder = mkdtempSync(join(tmpdir(), 'stream-lag-exporter-helm-'));
	const env = {
		HELM_CACHE_HOME: join(folder, 'cache'),
		HELM_CONFIG_HOME: join(folder, 'config'),
		HELM_DATA_HOME: join(folder, 'data'),
	};
	const helm = async (...args: string[]) => {
		const { ok, stdout, stderr } = await outcomeOf(path, args, { cwd: folder, env });
		if (!ok) throw new Error(`helm ${args[0]}: ${stdout}${stderr}`);
		return stdout;
	};
	const template = (valuesFile: string, of = chart) =>
		helm(
			...['template', 'lag', of, '--namespace=monitoring'],
			...[`--kube-version=${kubernetesVersions[1]}`, `--values=${valuesFile}`],
		);
	let count = 0;
	return {
		folder,
		helm,
		template,
		async render(values) {
			const file = join(folder, `values-${count++}.yaml`);
			await writeFile(file, stringify(values));
			return manifestsIn(await template(file));
		},
		close: () => rm(folder, { recursive: true }),
	};
}

/** The manifests in a text. */
export function manifestsIn(text: string): readonly Manifest[] {
	// Kubernetes reads YAML 1.1, in which 0440 is octal.
	return parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
		if (document.errors.length > 0) throw document.errors[0];
		return document.toJS() ?? [];
	});
}

/** The only manifest of a kind. */
export function one(manifests: readonly Manifest[], kind: string): Manifest {
	const [found, ...more] = all(manifests, kind);
	if (found === undefined || more.length > 0) throw new Error(`${more.length + 1} of ${kind}`);
	return found;
}

/** All manifests of a kind. */
export function all(manifests: readonly Manifest[], kind: string): readonly Manifest[] {
	return manifests.filter((manifest) => manifest.kind === kind);
}
