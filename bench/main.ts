/** `npm run bench -- NAME`: measures, and prints a table. */
import { benchDerive } from './derive.ts';
import { benchKafka } from './kafka.ts';
import { benchNats } from './nats.ts';
import { benchPage } from './page.ts';
import { benchRedis } from './redis.ts';
import { benchScale } from './scale.ts';

const benches: Readonly<Record<string, (print: (line: string) => void) => Promise<void>>> = {
	derive: benchDerive,
	kafka: benchKafka,
	nats: benchNats,
	page: benchPage,
	redis: benchRedis,
	scale: benchScale,
};

const name = process.argv[2] ?? '';
const bench = benches[name];
if (bench === undefined) {
	process.stderr.write(`usage: npm run bench -- ${Object.keys(benches).join(' | ')}\n`);
	process.exitCode = 2;
} else {
	await bench((line) => process.stdout.write(`${line}\n`));
}
