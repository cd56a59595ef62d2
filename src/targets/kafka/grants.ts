import { addressText } from '../../options/address.ts';
import type { Example } from '../../options/pattern.ts';
import { shellWord } from '../shell-word.ts';
import type { KafkaOptions } from './options.ts';
import type { Named } from './permissions.ts';

/** What may not be asked for, by name. */
export interface Refused {
	topics: readonly Named[];
	groups: readonly Named[];
	configs: readonly Named[];
	coordinators: readonly Named[];
}

/** Lines of kafka-acls, one for each resource. */
export function grants(options: KafkaOptions, refused: Readonly<Refused>): readonly string[] {
	const byResource = new Map<string, Set<string>>();
	const add = (operation: string, kind: string, names: readonly Named[]) => {
		for (const resource of resourcesOf(kind, names)) {
			byResource.set(resource, (byResource.get(resource) ?? new Set()).add(operation));
		}
	};
	add('Describe', '--topic', refused.topics);
	add('DescribeConfigs', '--topic', refused.configs);
	if (byResource.get("--topic '*'")?.has('Describe') !== true) {
		add('Describe', '--topic', refused.coordinators);
	}
	add('Describe', '--group', refused.groups);
	const [broker] = options.brokers;
	const server = broker === undefined ? 'BROKER' : addressText(broker);
	const principal = shellWord(`User:${options.sasl?.username ?? 'PRINCIPAL'}`);
	return Array.from(byResource, ([resource, operations]) => {
		const flags = [...operations].map((operation) => `--operation ${operation}`).join(' ');
		return `kafka-acls.sh --bootstrap-server ${server} --add --allow-principal ${principal} ${flags} ${resource}`;
	});
}

/** The names of ACLs; a pattern that they cannot express becomes all names. */
function resourcesOf(kind: string, names: readonly (Named | Example)[]): readonly string[] {
	const resources = names.map((named) => {
		const { literal, source } =
			'pattern' in named ? named.pattern : { literal: named.name, source: '' };
		if (literal !== undefined) return `${kind} ${shellWord(literal)}`;
		const prefix = /^([^*?\\]+)\*$/.exec(source)?.[1];
		if (prefix === undefined) return `${kind} '*'`;
		return `${kind} ${shellWord(prefix)} --resource-pattern-type prefixed`;
	});
	const all = `${kind} '*'`;
	return resources.includes(all) ? [all] : [...new Set(resources)];
}
