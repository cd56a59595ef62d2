/** `npm run bench -- NAME`: measures on real servers, and prints a table for docs/performance.md. */
import { kafka } from './kafka.ts';

const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = { kafka };

const [name = '', ...args] = process.argv.slice(2);
const bench = benches[name];
if (bench) {
	await bench(args);
} else {
	console.error(`npm run bench -- NAME, one of: ${Object.keys(benches).join(', ')}`);
	process.exitCode = 2;
}
