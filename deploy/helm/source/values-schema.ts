import { mostShards } from '../../../src/options/shard.ts';

/** A JSON schema, or a part of one. */
type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const notEmpty: Schema = { type: 'string', minLength: 1 };
const flag: Schema = { type: 'boolean' };
/** Names that Kubernetes takes for its objects. */
const objectName: Schema = { type: 'string', pattern: '^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$' };
const file: Schema = { type: 'string', pattern: '^[\\w.-]+$' };
const duration: Schema = { type: 'string', pattern: '^([0-9]+(ms|[smhd]))+$' };
const texts: Schema = { type: 'object', additionalProperties: text };
/** What Kubernetes or an operator has a schema for. */
const theirs: Schema = { type: 'object' };
const list = (items: Schema): Schema => ({ type: 'array', items });
const oneOf = (...words: string[]): Schema => ({ enum: words });
const atLeast = (minimum: number): Schema => ({ type: 'integer', minimum });

/** Nothing but these. */
const only = (properties: Schema, required: readonly string[] = []): Schema => ({
	type: 'object',
	properties,
	additionalProperties: false,
	...(required.length > 0 && { required }),
});

const variable = {
	type: 'object',
	properties: { name: notEmpty },
	required: ['name'],
};

const probe = only({
	initialDelaySeconds: atLeast(0),
	periodSeconds: atLeast(1),
	timeoutSeconds: atLeast(1),
	successThreshold: atLeast(1),
	failureThreshold: atLeast(1),
});

/**
 * What values of the chart may be.
 *
 * @param configuration - the schema of the exporter's own configuration
 */
export function valuesSchema(configuration: Schema): Schema {
	const { $schema, title: _, ...exporter } = configuration;
	return {
		$schema,
		title: 'Values of the chart stream-lag-exporter',
		...only({
			// What Helm hands to every chart below another.
			global: theirs,
			config: { type: 'object', if: { maxProperties: 0 }, else: exporter },
			existingConfigMap: objectName,
			existingSecret: objectName,
			configKey: file,
			image: only({
				repository: notEmpty,
				tag: text,
				digest: { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
				pullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
			}),
			imagePullSecrets: list(only({ name: notEmpty }, ['name'])),
			nameOverride: objectName,
			fullnameOverride: objectName,
			commonLabels: texts,
			replicas: atLeast(0),
			sharding: only({ count: { ...atLeast(1), maximum: mostShards } }),
			extraArgs: list({ type: 'string', pattern: '^--' }),
			extraEnv: list(variable),
			extraEnvFrom: list(theirs),
			secretMounts: list(
				only(
					{
						secretName: { ...objectName, minLength: 1 },
						mountPath: { type: 'string', pattern: '^/' },
						items: list(theirs),
					},
					['secretName', 'mountPath'],
				),
			),
			extraVolumes: list(variable),
			extraVolumeMounts: list({ ...variable, required: ['name', 'mountPath'] }),
			webConfig: only({
				existingSecret: objectName,
				key: file,
				probes: oneOf('exec', 'https', 'tcp'),
			}),
			service: only({
				type: oneOf('ClusterIP', 'NodePort', 'LoadBalancer'),
				port: { type: 'integer', minimum: 1, maximum: 65535 },
				annotations: texts,
				labels: texts,
			}),
			serviceAccount: only({ create: flag, name: objectName, annotations: texts }),
			podSecurityContext: theirs,
			securityContext: theirs,
			resources: only({ requests: theirs, limits: theirs, claims: list(theirs) }),
			livenessProbe: probe,
			readinessProbe: probe,
			terminationGracePeriodSeconds: atLeast(0),
			updateStrategy: theirs,
			annotations: texts,
			podAnnotations: texts,
			podLabels: texts,
			priorityClassName: objectName,
			nodeSelector: texts,
			tolerations: list(theirs),
			affinity: theirs,
			topologySpreadConstraints: list(theirs),
			podDisruptionBudget: only({
				enabled: flag,
				maxUnavailable: {
					anyOf: [atLeast(0), { type: 'string', pattern: '^[0-9]+%$' }],
				},
			}),
			networkPolicy: only({ enabled: flag, from: list(theirs), egress: list(theirs) }),
			serviceMonitor: only({
				enabled: flag,
				labels: texts,
				interval: duration,
				scrapeTimeout: duration,
				sampleLimit: atLeast(0),
				scheme: oneOf('http', 'https'),
				tlsConfig: theirs,
				basicAuth: theirs,
				relabelings: list(theirs),
				metricRelabelings: list(theirs),
			}),
			prometheusRule: only({ enabled: flag, labels: texts, alertLabels: texts }),
			dashboards: only({ enabled: flag, labels: texts, annotations: texts }),
			links: only({
				runbooks: { type: 'string', pattern: '^(https?://.+)?$' },
				grafana: { type: 'string', pattern: '^(https?://.+)?$' },
			}),
		}),
	};
}
