import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Redis as Client } from 'ioredis';
import type { Group } from '../../../src/model.ts';
import type { Target } from '../../../src/targets/target.ts';
import { type Redis, type RedisRelease, startRedis } from '../../brokers/index.ts';
import { seeded } from '../../random.ts';
import { connect, plainUser, truthScript } from './server.ts';
import { address } from './steps.ts';

/** Steps of each sequence. */
const steps = 1000;

/** A user who may not ask for the version. */
const stranger = {
	rule: 'user stranger on >stranger ~* +@all -info',
	login: { username: 'stranger', password: 'stranger' },
};

/** Holds what is exported against what is counted, while all that may happen to a stream happens. */
export function lagHolds(release: RedisRelease, seeds: readonly number[]): void {
	describe('whatever happens to a stream, the lag is within its uncertainty of the counted one', () => {
		let server: Redis;
		let client: Client;
		before(async () => {
			server = await startRedis({ release, config: [plainUser.rule, stranger.rule] });
			client = new Client(server.url);
			client.on('error', () => {});
		});
		after(async () => {
			client?.disconnect();
			await server?.stop();
		});
		for (const seed of seeds) {
			test(`sequence ${seed}`, async () => {
				await client.flushall();
				await holdsFor(seed, address(server), client);
			});
		}
	});
}

async function holdsFor(seed: number, url: string, client: Client): Promise<void> {
	const monkey = new Monkey(seeded(seed));
	const reading = (options: object = {}) => connect(url, { discovery_interval: '1ms', ...options });
	// With a small cap much is estimated; with a large one everything is sure.
	const targets: readonly (readonly [string, Target, boolean])[] = [
		['script', reading(), true],
		['commands', reading(plainUser.login), true],
		['script, without INFO', reading(stranger.login), true],
		['script, cap 3', reading({ count_cap: 3 }), false],
		['commands, cap 3', reading({ ...plainUser.login, count_cap: 3 }), false],
	];
	const history: string[] = [];
	const seen = { sure: 0, estimated: 0, counted: 0 };
	try {
		for (let step = 0; step < steps; step++) {
			for (let ops = 1 + monkey.below(3); ops > 0; ops--) {
				const words = monkey.command();
				history.push(words.join(' '));
				await client.call(...words).catch(() => {});
			}
			// Reading shows in a consumer's idle time, which has milliseconds.
			if (monkey.below(3) === 0) await nextMilliseconds();
			const truth = await countedTruth(client);
			for (const [name, target, isSure] of targets) {
				const { groups, problems } = await target.read(AbortSignal.timeout(10_000));
				const where = `${name}, step ${step}, after\n${history.slice(-25).join('\n')}`;
				assert.deepEqual(problems, [], where);
				assert.equal(groups.length, truth.size, where);
				for (const group of groups) {
					const counted = truth.get(`${group.stream}/${group.consumerGroup}`);
					checkGroup(group, counted, isSure, where);
					if ('messages' in group.lag) {
						seen[group.lag.uncertainty === 0 ? 'sure' : 'estimated'] += 1;
					}
				}
			}
		}
		for (const [, target] of targets) seen.counted += target.requests.get('xrange') ?? 0;
		assert.ok(seen.sure > steps && seen.estimated > steps / 10, JSON.stringify(seen));
	} finally {
		for (const [, target] of targets) await target.close();
	}
}

interface Truth {
	readonly lag: number;
	readonly pending: number;
}

function checkGroup(group: Group, truth: Truth | undefined, isSure: boolean, where: string): void {
	const name = `${group.stream}/${group.consumerGroup}: ${JSON.stringify([group.lag, truth])}, ${where}`;
	assert.ok(truth, name);
	assert.ok('messages' in group.lag, name);
	const { messages, uncertainty = 0 } = group.lag;
	assert.ok(messages >= 0, name);
	assert.ok(Math.abs(messages - truth.lag) <= uncertainty, name);
	if (isSure) assert.equal(uncertainty, 0, name);
	assert.equal(group.pending, truth.pending, name);
	assert.equal(group.lagSeconds === 0, messages === 0 && uncertainty === 0, name);
	if (group.line) {
		const { start, position, end } = group.line;
		assert.ok(0 <= start && start <= end && 0 <= position && position <= end, name);
	}
}

async function countedTruth(client: Client): Promise<ReadonlyMap<string, Truth>> {
	const lines = (await client.eval(truthScript, 0)) as string[];
	return new Map(
		lines.map((line) => {
			const [name = '', lag, pending] = line.split(' ');
			return [name, { lag: Number(lag), pending: Number(pending) }];
		}),
	);
}

async function nextMilliseconds(): Promise<void> {
	await new Promise<void>((resolve) => {
		setTimeout(resolve, 3);
	});
}

type Words = readonly [string, ...string[]];

/** Makes commands on a few streams and groups, whose ids are close enough to each other to meet. */
class Monkey {
	readonly #random: () => number;
	#lastId = 0;

	constructor(random: () => number) {
		this.#random = random;
	}

	command(): Words {
		const stream = `s${this.below(3)}`;
		const group = `g${this.below(3)}`;
		const consumer = `c${this.below(2)}`;
		const id = () => this.#someId();
		const place = () => ['0', '$', id(), id()][this.below(4)] as string;
		const read = (count: number): Words => {
			const from = ['COUNT', String(count), 'STREAMS', stream, '>'];
			const words = this.below(8) === 0 ? ['NOACK', ...from] : from;
			return ['XREADGROUP', 'GROUP', group, consumer, ...words];
		};
		return this.#one([
			[40, () => ['XADD', stream, this.#nextId(), 'a', 'b']],
			[8, () => ['XDEL', stream, id()]],
			[2, () => ['XDEL', stream, ...Array.from({ length: 9 }, id)]],
			[5, () => ['XTRIM', stream, 'MAXLEN', String(this.below(25))]],
			[3, () => ['XTRIM', stream, 'MINID', id()]],
			[30, () => read(1 + this.below(6))],
			[10, () => ['XACK', stream, group, id(), id(), id()]],
			[3, () => ['XAUTOCLAIM', stream, group, consumer, '0', '0', 'COUNT', '5']],
			[4, () => ['XGROUP', 'SETID', stream, group, place()]],
			[6, () => ['XGROUP', 'SETID', stream, group, id(), 'ENTRIESREAD', this.#someCount()]],
			[6, () => ['XGROUP', 'CREATE', stream, group, place(), 'MKSTREAM']],
			[2, () => ['XGROUP', 'CREATE', stream, group, place(), 'ENTRIESREAD', this.#someCount()]],
			[1, () => ['XGROUP', 'DESTROY', stream, group]],
			[0.2, () => ['DEL', stream]],
		]);
	}

	below(limit: number): number {
		return Math.floor(this.#random() * limit);
	}

	#nextId(): string {
		this.#lastId += this.below(2);
		return `${this.#lastId + 1}-${this.below(3)}`;
	}

	/** Of an entry of late, or between two. */
	#someId(): string {
		return `${Math.max(0, this.#lastId - this.below(30))}-${this.below(3)}`;
	}

	#someCount(): string {
		return String(this.below(this.#lastId + 10));
	}

	#one(choices: readonly (readonly [weight: number, make: () => Words])[]): Words {
		let at = this.#random() * choices.reduce((sum, [weight]) => sum + weight, 0);
		for (const [weight, make] of choices) {
			at -= weight;
			if (at < 0) return make();
		}
		return ['PING'];
	}
}
