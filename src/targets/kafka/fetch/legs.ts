import { BrokerError } from '../connect/broker-error.ts';

/** What one broker was asked and what came of it. */
export type Leg<Asked, Answer> = { readonly asked: Asked } & (
	| { readonly answer: Answer }
	| { readonly error: BrokerError }
);

/** A failed leg costs what was asked of that broker alone. */
export async function leg<Asked, Answer>(
	asked: Asked,
	work: Promise<Answer>,
): Promise<Leg<Asked, Answer>> {
	try {
		return { asked, answer: await work };
	} catch (error) {
		if (error instanceof BrokerError) return { asked, error };
		throw error;
	}
}
