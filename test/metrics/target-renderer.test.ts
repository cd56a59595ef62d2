import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineWriter } from '../../src/metrics/line-writer.ts';
import { renderTarget, TargetRenderer } from '../../src/metrics/target-renderer.ts';
import type { Consumer, Derived, StreamState } from '../../src/model.ts';
import { initialState } from '../../src/poll/target-state.ts';
import { atOnce } from '../../src/steps.ts';
import { Chance } from '../random.ts';
import { consumer, derivedOf } from './records.ts';

function stateOf(target: string) {
	return initialState(target, { name: 'kafka', operations: [], problems: ['timeout'] }, 15);
}

const objectives = ['default', 'quick', 'x"'].map((name) => ({ ...consumer({}).objective, name }));

/** Tells how many lines were written, and not copied. */
class CountingWriter extends LineWriter {
	lines = 0;

	override value(value: number): void {
		this.lines += 1;
		super.value(value);
	}
}

/** A target of which some things change from poll to poll, now and then all of them. */
class Installation {
	readonly #chance: Chance;
	#groups: Consumer[] = [];
	#streams: StreamState[] = [];
	#withoutPartitions = false;

	constructor(seed: number) {
		this.#chance = new Chance(seed);
	}

	poll(): Derived {
		const share = this.#mostly(0.9) ? this.#chance.next() * 0.3 : 1;
		const moves = () => !this.#mostly(1 - share);
		this.#groups = this.#groups.map((group) => (moves() ? this.#changed(group) : group));
		this.#streams = this.#streams.map((stream) => (moves() ? this.#changedStream(stream) : stream));
		if (!this.#mostly(0.8)) this.#groups.splice(this.#chance.below(20), 1);
		if (!this.#mostly(0.7)) {
			const name = String(this.#chance.below(1e6));
			const group = this.#changed(consumer({ consumerGroup: name }));
			this.#groups.splice(this.#chance.below(20), 0, group);
		}
		if (!this.#mostly(0.9))
			this.#streams.push({ target: 't', platform: 'kafka', stream: `s${this.#streams.length}` });
		if (!this.#mostly(0.9)) this.#withoutPartitions = !this.#withoutPartitions;
		const consumers = this.#groups;
		const withoutPartitions = this.#withoutPartitions;
		return derivedOf({
			consumers,
			streams: this.#streams,
			...(withoutPartitions && { withoutPartitions }),
		});
	}

	#changedStream(stream: StreamState): StreamState {
		return { ...stream, length: this.#value(), partitions: this.#partitions() };
	}

	#changed(group: Consumer): Consumer {
		const partitions = this.#partitions();
		return {
			...group,
			lag: this.#value(),
			status: this.#chance.oneOf(['ok', 'stalled', 'unknown']),
			lagUnknown: this.#chance.oneOf([undefined, 'no_leader', 'not_read', 'x"\n']),
			objective: this.#chance.oneOf(objectives),
			breaches: this.#chance.oneOf([{}, { lag: true }, { lag: true, pendingAge: true }]),
			partitions: partitions && {
				ids: partitions.ids,
				lags: partitions.end,
				lagsFrom: 0,
				committed: this.#mostly(0.8) ? partitions.start : undefined,
			},
		};
	}

	#partitions() {
		if (!this.#mostly(0.8)) return undefined;
		const length = this.#chance.below(4);
		const first = this.#chance.below(2);
		const column = () => Float64Array.from({ length }, () => this.#value() ?? Number.NaN);
		const ids = Int32Array.from({ length }, (_, row) => first + row);
		return { ids, start: column(), end: column() };
	}

	#value(): number | undefined {
		return this.#chance.oneOf([undefined, 0, 0.5, 7, 10, 12_345, 2 ** 53 - 1, 1e21]);
	}

	#mostly(often: number): boolean {
		return this.#chance.next() < often;
	}
}

test('whatever changes from poll to poll, lines are those of a renderer that knows nothing', () => {
	for (let seed = 1; seed <= 40; seed++) {
		const writer = new LineWriter();
		const targets = ['a', 'b'].map((name, index) => ({
			state: stateOf(name),
			installation: new Installation(seed * 2 + index),
			renderer: new TargetRenderer(writer),
			before: [] as readonly Buffer[],
		}));
		for (let poll = 0; poll < 60; poll++) {
			for (const target of targets) {
				const { state, renderer, installation } = target;
				const derived = installation.poll();
				if (poll % 7 === seed % 7) {
					const givenUp = renderer.inSteps(state, derived);
					for (let step = 0; step < poll % 20; step++) givenUp.next();
				}
				const lines = atOnce(renderer.inSteps(state, derived));
				const expected = renderTarget(state, derived);
				assert.deepEqual(lines.map(String), expected.map(String), `seed ${seed}, poll ${poll}`);
				// Memory of lines that are no longer served is used again.
				for (const one of target.before) if (!lines.includes(one)) one.fill('#');
				target.before = lines;
			}
		}
	}
});

test('lines of a family of which nothing changed are the same bytes', () => {
	const renderer = new TargetRenderer(new LineWriter());
	const installation = new Installation(1);
	const state = stateOf('t');
	let derived = installation.poll();
	for (let poll = 0; poll < 20; poll++) derived = installation.poll();
	const before = atOnce(renderer.inSteps(state, derived));
	const after = atOnce(renderer.inSteps(state, derived));
	assert.ok(before.filter(({ length }) => length > 0).length > 10);
	for (const [index, lines] of after.entries()) assert.equal(lines, before[index]);
});

test('only lines that changed are written, those of single partitions too', () => {
	const writer = new CountingWriter();
	const renderer = new TargetRenderer(writer);
	const ids = Int32Array.from({ length: 10 }, (_, row) => row);
	const groups = Array.from({ length: 5000 }, (_, index) => {
		const lags = new Float64Array(10).fill(index);
		const partitions = { ids, lags, lagsFrom: 0, committed: lags };
		return consumer({ consumerGroup: `g${index}`, lag: index, partitions });
	});
	const written = (consumers: readonly Consumer[]) => {
		const derived = derivedOf({ consumers });
		const before = writer.lines;
		const lines = atOnce(renderer.inSteps(stateOf('t'), derived));
		assert.deepEqual(lines.map(String), renderTarget(stateOf('t'), derived).map(String));
		return writer.lines - before;
	};
	assert.ok(written(groups) > 120_000);
	// What is told of the target itself is written in any case.
	const ofTarget = written(groups);
	assert.ok(ofTarget < 100);
	const moved = groups.map((group, index) => {
		if (index % 100 !== 0 || !group.partitions) return group;
		const lags = group.partitions.lags.slice();
		lags[3] = 1_000_000;
		return { ...group, lag: 1_000_000, partitions: { ...group.partitions, lags } };
	});
	assert.equal(written(moved), ofTarget + 50 + 50);
	assert.equal(written(moved), ofTarget);
});

test('labels may be as long as they like', () => {
	const consumers = Array.from({ length: 300 }, (_, index) => {
		const partitions = { ids: Int32Array.of(index), lags: Float64Array.of(7), lagsFrom: 0 };
		return consumer({ consumerGroup: `${index}${'x'.repeat(1000)}`, lag: index, partitions });
	});
	const text = `\n${renderTarget(stateOf('t'), derivedOf({ consumers })).join('')}`;
	for (const { consumerGroup, lag } of consumers) {
		const labels = `target="t",platform="kafka",stream="s",consumer_group="${consumerGroup}"`;
		assert.ok(text.includes(`\nstream_consumer_lag{${labels}} ${lag}\n`));
		assert.ok(text.includes(`\nstream_consumer_partition_lag{${labels},partition="${lag}"} 7\n`));
	}
});
