/**
 * The subjects of JetStream's API. In a domain they begin with its name, so that they reach its
 * servers over leaf nodes (ADR-8, nats-architecture-and-design).
 */
export class Subjects {
	readonly streamList: string;
	readonly #api: string;

	constructor(domain: string | undefined) {
		this.#api = domain === undefined ? '$JS.API' : `$JS.${domain}.API`;
		this.streamList = `${this.#api}.STREAM.LIST`;
	}

	streamInfo(stream: string): string {
		return `${this.#api}.STREAM.INFO.${stream}`;
	}

	consumerList(stream: string): string {
		return `${this.#api}.CONSUMER.LIST.${stream}`;
	}

	consumerInfo(stream: string, consumer: string): string {
		return `${this.#api}.CONSUMER.INFO.${stream}.${consumer}`;
	}

	/** Any replica answers it, where the stream allows direct gets. */
	directGet(stream: string): string {
		return `${this.#api}.DIRECT.GET.${stream}`;
	}

	/** The stream's leader answers it. */
	messageGet(stream: string): string {
		return `${this.#api}.STREAM.MSG.GET.${stream}`;
	}
}

/** Told when a message was delivered as often as its consumer allows, and is given up. */
export const maxDeliveries = '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>';
