import type { Group, Reading } from '../../src/model.ts';
import { seeded } from '../random.ts';
import { partitioned, readingOf } from './play.ts';

/** What happens on a partition in one second. */
export interface Behaviour {
	/** Messages produced. */
	readonly produce: (second: number, random: () => number) => number;
	/** Where the group has committed afterwards. */
	readonly commit: (partition: Partition, second: number) => number;
	/** The first message kept afterwards; absent: nothing is deleted. */
	readonly retain?: (partition: Partition, second: number) => number;
	/** Whether the topic is made anew, and is empty then. */
	readonly recreate?: (second: number) => boolean;
	/** Whether someone could read. */
	readonly present?: (second: number) => boolean;
}

/** A partition and the only group that reads it, second by second: the truth of the simulation. */
export class Partition {
	start = 0;
	position = 0;
	/** Messages read, lost, produced since the beginning. */
	consumed = 0;
	lost = 0;
	produced = 0;
	/** The second in which the position last moved, and in which lag rose above 0. */
	movedAt = 0;
	roseAt = 0;
	/** The end after each second. */
	#ends: number[] = [0];
	#firstSecond = 0;

	get end(): number {
		return this.#ends.at(-1) ?? 0;
	}

	get lag(): number {
		return this.end - Math.max(this.position, this.start);
	}

	step(behaviour: Behaviour, second: number, random: () => number): void {
		if (behaviour.recreate?.(second)) {
			this.#ends = [0];
			this.#firstSecond = second - 1;
			this.start = 0;
		}
		const hadLag = this.lag > 0;
		const made = behaviour.produce(second, random);
		this.produced += made;
		this.#ends.push(this.end + made);
		const position = behaviour.commit(this, second);
		if (position !== this.position) this.movedAt = second;
		this.consumed += Math.max(0, position - this.position);
		this.position = position;
		const start = behaviour.retain?.(this, second) ?? this.start;
		this.lost += Math.max(0, start - Math.max(this.start, position));
		this.start = start;
		if (!hadLag && this.lag > 0) this.roseAt = second;
	}

	/** Where the end was after a second. */
	endAt(second: number): number {
		return this.#ends[Math.max(0, second - this.#firstSecond)] ?? this.end;
	}

	/** When the oldest unread message came, in seconds, to a second; NaN without lag. */
	get cameAt(): number {
		const oldest = Math.max(this.position, this.start);
		let low = 0;
		let high = this.#ends.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.#ends[middle] as number) <= oldest) low = middle + 1;
			else high = middle;
		}
		return low === this.#ends.length ? Number.NaN : this.#firstSecond + low;
	}
}

/** A group on a stream of a few partitions, played second by second. */
export class World {
	readonly partitions: readonly Partition[];
	second = 0;
	readonly #behaviours: readonly Behaviour[];
	readonly #random: () => number;

	constructor(behaviours: readonly Behaviour[], seed: number) {
		this.#behaviours = behaviours;
		this.partitions = behaviours.map(() => new Partition());
		this.#random = seeded(seed);
	}

	/** Plays so many seconds. */
	play(seconds: number): void {
		for (let left = seconds; left > 0; left--) {
			this.second += 1;
			for (const [index, behaviour] of this.#behaviours.entries()) {
				this.partitions[index]?.step(behaviour, this.second, this.#random);
			}
		}
	}

	sum(of: 'lag' | 'consumed' | 'lost' | 'produced'): number {
		return this.partitions.reduce((sum, partition) => sum + partition[of], 0);
	}

	/** Age of the oldest unread message; 0 without one. */
	get ageSeconds(): number {
		const ages = this.partitions.map(({ cameAt }) => this.second - cameAt);
		return Math.max(0, ...ages.filter((age) => !Number.isNaN(age)));
	}

	/** How long the group has had lag and not moved. */
	get stalledSeconds(): number {
		if (this.sum('lag') === 0) return 0;
		const moved = Math.max(...this.partitions.map(({ movedAt }) => movedAt));
		const rose = Math.min(
			...this.partitions.filter(({ lag }) => lag > 0).map(({ roseAt }) => roseAt),
		);
		return this.second - Math.max(moved, rose);
	}

	/** What a target reads of it now. */
	get reading(): Reading {
		return readingOf([this.group]);
	}

	get group(): Group {
		const present = this.#behaviours.some((one) => one.present?.(this.second) ?? true);
		return partitioned(
			this.partitions.map(({ position }) => position),
			this.partitions.map(({ end }) => end),
			this.partitions.map(({ start }) => start),
			{ readers: { present }, members: present ? this.partitions.length : 0 },
		);
	}
}
