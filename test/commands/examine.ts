import assert from 'node:assert/strict';
import { pino } from 'pino';
import { doctor } from '../../src/commands/doctor.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/plan.ts';
import type { PlainReading } from '../../src/model.ts';
import { plain } from '../plain-reading.ts';

/** What `doctor` says, and whether it ends with 0. */
export interface Examined {
	readonly isFine: boolean;
	readonly text: string;
}

/** A configuration as people write it; JSON is YAML. */
function configOf(targets: readonly object[], timeout: string): Config {
	const file = { poll: { interval: '15s', timeout }, targets };
	const env = { STREAM_LAG_CONFIG: JSON.stringify(file) };
	const loaded = loadConfig({ file: undefined, defaultFile: 'none.yaml', cwd: '/', env });
	assert(loaded.ok, JSON.stringify(loaded));
	return loaded.config;
}

/** Runs `doctor` on some targets. */
export async function examine(targets: readonly object[], timeout = '10s'): Promise<Examined> {
	const parts: string[] = [];
	const isFine = await doctor({
		config: configOf(targets, timeout),
		log: pino({ enabled: false }),
		stop: new AbortController().signal,
		print: async (text) => {
			parts.push(text);
		},
	});
	return { isFine, text: parts.join('') };
}

/** What one poll of a target reads. */
export async function poll(target: object): Promise<PlainReading> {
	const [plan] = configOf([target], '10s').targets;
	assert(plan);
	const connected = plan.platform.connect(plan.options, pino({ enabled: false }), 10_000);
	try {
		return plain(await connected.read(AbortSignal.timeout(10_000)));
	} finally {
		await connected.close();
	}
}

/** A line of what `doctor` says and those that belong to it; absent: there is none that begins so. */
export function lineOf({ text }: Examined, mark: string, operation: string): string | undefined {
	const lines = text.split('\n');
	const at = lines.findIndex((line) => {
		const [, found, what] = /^ {2}(\S+(?: \S+)?) {2,}(\S+(?: \S+)?) {2,}/.exec(line) ?? [];
		return found === mark && what === operation;
	});
	if (at === -1) return undefined;
	const rest = lines.slice(at + 1);
	const end = rest.findIndex((line) => !line.startsWith('      '));
	return [lines[at], ...rest.slice(0, end)].join('\n');
}
