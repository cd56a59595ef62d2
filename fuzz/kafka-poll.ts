import assert from 'node:assert/strict';
import { kafka } from '../src/targets/kafka/index.ts';
import { UnreadableError } from '../src/targets/target.ts';
import { endImpostors, impostor, keys } from '../test/targets/kafka/impostor.ts';
import { connect } from '../test/targets/kafka/target.ts';
import { Chain, checkProblems } from './chain.ts';
import { mutatedBytes } from './mutators.ts';
import type { Part } from './part.ts';

/** A broker that answers what Kafka answered, one kind of answer changed: each poll keeps the laws. */
export async function kafkaPollPart(): Promise<Part> {
	const chain = new Chain("platform: kafka, brokers: ['127.0.0.1:9092']");
	let change: (answer: Buffer) => Buffer = (answer) => answer;
	const brokers = await Promise.all(
		Object.values(keys).map((key) => impostor(key, (answer) => change(answer))),
	);
	const read = async (broker: string, timeoutMs: number) => {
		const target = connect(broker);
		try {
			return await target.read(AbortSignal.timeout(timeoutMs));
		} catch (error) {
			assert.ok(error instanceof UnreadableError, error as Error);
			checkProblems(error.problems, kafka.problems);
			return undefined;
		} finally {
			await target.close();
		}
	};
	return {
		async try(chance, note) {
			const at = chance.below(brokers.length);
			const broker = brokers[at] as string;
			change = (answer) => answer;
			const before = await read(broker, 5000);
			assert.ok(before, 'what was recorded can be read');
			change = (answer) => {
				const changed = chance.below(4) === 0 ? answer : mutatedBytes(answer, chance);
				note(`${Object.keys(keys)[at]}: ${changed.toString('hex')}`);
				return changed;
			};
			const after = await read(broker, 300);
			await chain.check([before, ...(after ? [after] : []), before]);
		},
		async close() {
			endImpostors();
		},
	};
}
