import { pino } from 'pino';
import type { PlainReading } from '../../../src/model.ts';
import { redis } from '../../../src/targets/redis/index.ts';
import { everything, type Share } from '../../../src/targets/share.ts';
import type { Target } from '../../../src/targets/target.ts';
import type { Redis } from '../../brokers/index.ts';
import { type PlainTarget, plainTarget } from '../../plain-reading.ts';

/** Makes a target as the configuration would. */
export function connect(
	url: string,
	options: object = {},
	{ pollTimeoutMs = 10_000, log }: { pollTimeoutMs?: number; log?: (line: string) => void } = {},
): PlainTarget {
	return connectTo({ url, ...options }, { pollTimeoutMs, ...(log && { log }) });
}

/** The same, of any installation. */
export function connectTo(...given: Parameters<typeof targetTo>): PlainTarget {
	return plainTarget(targetTo(...given));
}

/** A target as the program has it, whose records are made when somebody asks for them. */
export function targetTo(
	options: object,
	{
		pollTimeoutMs = 10_000,
		log,
		share = everything,
	}: { pollTimeoutMs?: number; log?: (line: string) => void; share?: Share } = {},
): Target {
	const logger = log ? pino({ level: 'debug' }, { write: log }) : pino({ enabled: false });
	return redis.connect(redis.options.parse(options), logger, pollTimeoutMs, share);
}

/** Reads a server once, over a connection of its own. */
export async function readOnce(url: string, options: object = {}): Promise<PlainReading> {
	const target = connect(url, options);
	try {
		return await target.read(AbortSignal.timeout(10_000));
	} finally {
		await target.close();
	}
}

/** A user who may do everything but run read-only scripts: a target is then read by commands. */
export const plainUser = {
	rule: 'user plain on >plain ~* +@all -@scripting',
	login: { username: 'plain', password: 'plain' },
};

/**
 * The truth about every group: `stream/group lag pending`, the lag counted after the
 * last-delivered-id, where names are plain text.
 */
export const truthScript = `
	local lines = {}
	for _, key in ipairs(redis.call('KEYS', '*')) do
		for _, group in ipairs(redis.call('XINFO', 'GROUPS', key)) do
			local fields = {}
			for at = 1, #group, 2 do fields[group[at]] = group[at + 1] end
			local left = redis.call('XRANGE', key, '(' .. fields['last-delivered-id'], '+')
			local pending = redis.call('XPENDING', key, fields['name'])
			lines[#lines + 1] = key .. '/' .. fields['name'] .. ' ' .. #left .. ' ' .. pending[1]
		end
	end
	return lines`;

/** Runs a Lua script on the server, which can write any byte as `\255`. */
export function script(server: Redis, lua: string): Promise<string> {
	return server.cli('EVAL', lua, '0');
}

/**
 * The truth: for each group of each stream how many entries come after its last-delivered-id,
 * counted on the server. Keys are `stream/consumerGroup` in hexadecimal.
 */
export async function countedLags(server: Redis): Promise<ReadonlyMap<string, number>> {
	const text = await script(
		server,
		`local function hex(text)
			return (text:gsub('.', function(c) return string.format('%02x', c:byte()) end))
		end
		local lines = {}
		for _, key in ipairs(redis.call('KEYS', '*')) do
			if redis.call('TYPE', key).ok == 'stream' then
				for _, group in ipairs(redis.call('XINFO', 'GROUPS', key)) do
					local fields = {}
					for at = 1, #group, 2 do fields[group[at]] = group[at + 1] end
					local left = redis.call('XRANGE', key, '(' .. fields['last-delivered-id'], '+')
					lines[#lines + 1] = hex(key) .. '/' .. hex(fields['name']) .. ' ' .. #left
				end
			end
		end
		return table.concat(lines, '\\n')`,
	);
	return new Map(
		text
			.split('\n')
			.filter((line) => line !== '')
			.map((line) => {
				const [name = '', lag] = line.split(' ');
				return [name, Number(lag)];
			}),
	);
}

/** A key of {@link countedLags}. */
export function hexName(stream: Uint8Array, group: Uint8Array): string {
	return `${Buffer.from(stream).toString('hex')}/${Buffer.from(group).toString('hex')}`;
}
