/** `npm run bench`, or a part of it: `npm run bench -- NAME`. Measures, and prints a table. */
import { benchDerive } from './derive.ts';
import { benchGrowth } from './growth.ts';
import { benchIdle } from './idle.ts';
import { benchKafka } from './kafka.ts';
import { benchNats } from './nats.ts';
import { benchPage } from './page.ts';
import { benchPeers } from './peers/index.ts';
import { benchRedis } from './redis.ts';
import { benchScale } from './scale.ts';
import { benchScrape } from './scrape.ts';
import { benchSize } from './size.ts';
import { UsageError } from './usage.ts';

type Bench = (print: (line: string) => void, args: readonly string[]) => Promise<void>;

const benches: Readonly<Record<string, Bench>> = {
	derive: benchDerive,
	growth: benchGrowth,
	idle: benchIdle,
	kafka: benchKafka,
	nats: benchNats,
	page: benchPage,
	peers: benchPeers,
	redis: benchRedis,
	scale: benchScale,
	size: benchSize,
	scrape: benchScrape,
};

const [name = 'peers', ...args] = process.argv.slice(2);
try {
	const bench = benches[name];
	if (bench === undefined)
		throw new UsageError(`${name}: there are ${Object.keys(benches).join(', ')}`);
	await bench((line) => process.stdout.write(`${line}\n`), args);
} catch (error) {
	if (!(error instanceof UsageError)) throw error;
	process.stderr.write(`${error.message}\n`);
	process.exitCode = 2;
}
