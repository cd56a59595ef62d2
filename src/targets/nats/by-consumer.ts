/** Something of each consumer, found by two names without making a key of them at each look. */
export class ByConsumer<Value> {
	readonly #streams = new Map<string, Map<string, Value>>();

	get(stream: string, consumer: string): Value | undefined {
		return this.#streams.get(stream)?.get(consumer);
	}

	set(stream: string, consumer: string, value: Value): void {
		const consumers = this.#streams.get(stream);
		if (consumers) consumers.set(consumer, value);
		else this.#streams.set(stream, new Map([[consumer, value]]));
	}
}
