/** How a broker was spoken to, as far as it matters for what is likely wrong. */
export interface Listener {
	readonly tls: boolean;
	readonly sasl: boolean;
	/** Not configured: the cluster itself told this address. */
	readonly advertised: boolean;
}

/** A broker could not be asked; the cause says why. */
export class BrokerError extends Error {
	override readonly name = 'BrokerError';
	/** `broker 2 (kafka-2:9092)`, or the address alone for one that is only configured. */
	readonly broker: string;
	readonly operation: string;
	override readonly cause: Error;
	readonly listener: Listener;

	constructor(broker: string, operation: string, cause: Error, listener: Listener) {
		super(cause.message, { cause });
		this.broker = broker;
		this.operation = operation;
		this.cause = cause;
		this.listener = listener;
	}
}

/** A cause: the poll's signal fired, or the target was closed, before the broker had answered. */
export class AbandonedError extends Error {
	override readonly name = 'AbandonedError';

	constructor(reason: unknown) {
		super(reason instanceof Error ? reason.message : String(reason), { cause: reason });
	}
}
