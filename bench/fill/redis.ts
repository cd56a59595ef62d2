import { Redis as Client } from 'ioredis';

/** Every stream has this group. */
const group = 'workers';
const atOnce = 500;

/**
 * Fills a server, the same way every time: streams with one group each, which has read two entries,
 * acknowledged none and left up to six. From every hundredth stream an entry was deleted that the
 * group has not read, so that the server cannot tell the lag.
 *
 * @returns the lag of each group and stream
 */
export async function fillRedis(
	url: string,
	streams: number,
): Promise<ReadonlyMap<string, number>> {
	const client = new Client(url);
	try {
		for (let first = 0; first < streams; first += atOnce) {
			await client.eval(script, 0, first, Math.min(first + atOnce, streams) - 1, group);
		}
	} finally {
		client.disconnect();
	}
	return new Map(
		Array.from({ length: streams }, (_, stream) => [`${group} orders:${stream}`, unread(stream)]),
	);
}

function unread(stream: number): number {
	return (stream % 7) + (isGapped(stream) ? 2 : 0);
}

/** Of three more entries the middle one was deleted. */
function isGapped(stream: number): boolean {
	return stream % 100 === 99;
}

const script = `
for stream = ARGV[1], ARGV[2] do
	local key = 'orders:' .. string.format('%d', stream)
	local gapped = stream % 100 == 99
	local doomed
	for entry = 1, 2 + stream % 7 + (gapped and 3 or 0) do
		local id = redis.call('XADD', key, '*', 'order', entry)
		if entry == 4 then doomed = id end
	end
	redis.call('XGROUP', 'CREATE', key, ARGV[3], '0')
	redis.call('XREADGROUP', 'GROUP', ARGV[3], 'one', 'COUNT', 2, 'STREAMS', key, '>')
	if gapped then redis.call('XDEL', key, doomed) end
end`;
