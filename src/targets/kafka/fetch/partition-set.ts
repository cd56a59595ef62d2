/** Partitions of one or more topics. */
export class PartitionSet {
	readonly #byTopic = new Map<string, Set<number>>();
	#size = 0;

	get size(): number {
		return this.#size;
	}

	get isEmpty(): boolean {
		return this.#size === 0;
	}

	add(topic: string, partition: number): void {
		if (this.has(topic, partition)) return;
		this.#size += 1;
		const known = this.#byTopic.get(topic);
		if (known) known.add(partition);
		else this.#byTopic.set(topic, new Set([partition]));
	}

	/** Forgets all topics but these. */
	keepTopics(topics: ReadonlySet<string>): void {
		for (const [topic, partitions] of this.#byTopic) {
			if (topics.has(topic)) continue;
			this.#size -= partitions.size;
			this.#byTopic.delete(topic);
		}
	}

	has(topic: string, partition: number): boolean {
		return this.#byTopic.get(topic)?.has(partition) ?? false;
	}

	/** The partitions of a topic: a view, which shows what is added later. */
	of(topic: string): ReadonlySet<number> {
		let known = this.#byTopic.get(topic);
		if (!known) {
			known = new Set();
			this.#byTopic.set(topic, known);
		}
		return known;
	}
}
