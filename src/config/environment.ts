import { parseServerUrl } from '../options/address.ts';
import { nearest } from '../options/nearest.ts';
import type { Finding } from './findings.ts';
import type { Mistake } from './mistake.ts';
import type { Config } from './plan.ts';
import { validate } from './validate.ts';
import type { Environment } from './variables.ts';

/** A configuration from single variables, or the mistakes in them; a mistake's file is a variable. */
export type ShortForm =
	| {
			readonly ok: true;
			readonly config: Config;
			/** Those that made a target. */
			readonly variables: readonly string[];
	  }
	| { readonly ok: false; readonly mistakes: readonly Mistake[] };

type Options = Readonly<Record<string, unknown>>;

/** Each makes one target, named like its platform. */
const targetVariables: readonly {
	readonly variable: string;
	readonly platform: string;
	/** The platform's options; a text is a mistake. */
	readonly options: (value: string) => Options | string;
}[] = [
	{
		variable: 'KAFKA_BROKERS',
		platform: 'kafka',
		options: (value) => ({ brokers: items(value) }),
	},
	{ variable: 'REDIS_URL', platform: 'redis', options: (value) => ({ url: value }) },
	{ variable: 'NATS_URL', platform: 'nats', options: natsOptions },
];

/** What the others change in every target, by option. */
const commonVariables: Readonly<Record<string, string>> = {
	name: 'STREAM_LAG_TARGET',
	streams: 'STREAM_LAG_STREAMS',
	groups: 'STREAM_LAG_GROUPS',
};

/** The variables of the short form: all that make a target or change one. */
export const shortFormVariables: readonly string[] = [
	...targetVariables.map(({ variable }) => variable),
	...Object.values(commonVariables),
];

/**
 * Variables whose name is nearly one that is read. Others with that beginning may be anybody's:
 * Kubernetes sets STREAM_LAG_EXPORTER_PORT and more for a service of that name.
 */
function misspelt(env: Environment): Mistake[] {
	const prefix = 'STREAM_LAG_';
	const known = [
		'CONFIG',
		...Object.values(commonVariables).map((name) => name.replace(prefix, '')),
	];
	return Object.keys(env).flatMap((file) => {
		const rest = file.slice(prefix.length);
		if (!file.startsWith(prefix) || known.includes(rest) || !env[file]) return [];
		const near = nearest(rest, known);
		return near ? [{ file, message: `unknown variable: did you mean ${prefix}${near}?` }] : [];
	});
}

/** The configuration that single variables make, without a file. Absent: none makes a target. */
export function loadShortForm(env: Environment): ShortForm | undefined {
	const prefix = env.STREAM_LAG_TARGET ? `${env.STREAM_LAG_TARGET}-` : '';
	const filters = Object.fromEntries(
		(['streams', 'groups'] as const).flatMap((option) => {
			const value = env[commonVariables[option] ?? ''];
			return value ? [[option, { include: items(value) }]] : [];
		}),
	);
	const variables: string[] = [];
	const targets: Options[] = [];
	const mistakes = misspelt(env);
	for (const { variable, platform, options: read } of targetVariables) {
		const value = env[variable];
		if (!value) continue;
		const options = read(value);
		if (typeof options === 'string') {
			mistakes.push({ file: variable, message: options });
			continue;
		}
		variables.push(variable);
		targets.push({ name: `${prefix}${platform}`, platform, ...options, ...filters });
	}
	if (targets.length === 0 && mistakes.length === 0) return undefined;
	const validated = targets.length > 0 ? validate({ targets }) : undefined;
	if (validated?.ok && mistakes.length === 0) {
		return { ok: true, config: validated.data, variables };
	}
	if (validated?.ok === false) mistakes.push(...byVariable(validated.findings, variables));
	return { ok: false, mistakes };
}

/** Findings with the variable that each comes from; what several targets share is told once. */
function byVariable(findings: readonly Finding[], variables: readonly string[]): Mistake[] {
	const mistakes = new Map<string, Mistake>();
	for (const { path, message } of findings) {
		const [, target, option] = path;
		const file = commonVariables[String(option)] ?? variables[Number(target)] ?? '';
		mistakes.set(`${file} ${message}`, { file, message });
	}
	return [...mistakes.values()];
}

/** Clients of NATS take a user in the URL, so it is read here, where there is no other place for it. */
function natsOptions(value: string): Options | string {
	const servers: string[] = [];
	const logins = new Map<string, Options>();
	for (const item of items(value)) {
		if (!item.includes('@')) {
			servers.push(item);
			continue;
		}
		const url = parseServerUrl(item.includes('://') ? item : `nats://${item}`, 'nats');
		const { username, password } = url ?? {};
		if (url === undefined || url.path.length > 1 || username === undefined) {
			return 'expected nats://user:password@host:port, user and password percent-encoded';
		}
		const login = password === undefined ? { token: username } : { username, password };
		logins.set(JSON.stringify(login), login);
		servers.push(item.replace(/^(nats:\/\/)?.*@/, '$1'));
	}
	if (logins.size > 1) return 'has several users: expected the same for all servers';
	const [login] = logins.values();
	return { servers, ...login };
}

function items(value: string): string[] {
	return value.split(',').map((item) => item.trim());
}
