import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Frames } from '../../../src/targets/kafka/protocol/frames.ts';
import { recorded } from './recorded.ts';

export const keys = {
	listOffsets: 2,
	metadata: 3,
	offsetFetch: 9,
	describeGroups: 15,
	listGroups: 16,
	apiVersions: 18,
};

/** What a broker does with one kind of request instead of answering as it was recorded. */
export type Mischief = (
	answer: Buffer,
	socket: Socket,
) => Buffer | undefined | Promise<Buffer | undefined>;

const servers = new Set<Server>();
const sockets = new Set<Socket>();

/** Ends all that {@link serve} and {@link impostor} have begun. */
export function endImpostors(): void {
	for (const socket of sockets) socket.destroy();
	for (const server of servers) server.close();
	sockets.clear();
	servers.clear();
}

/** Listens on a free port, and does with each connection what it is told; gives the address. */
export async function serve(accept: (socket: Socket) => void, port = 0): Promise<string> {
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => socket.destroy());
		accept(socket);
	}).listen(port, '127.0.0.1');
	servers.add(server);
	await once(server, 'listening');
	return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A broker that answers what Kafka 4.1.0 answered, in turn, but for one kind of request. */
export async function impostor(key: number, mischief: Mischief): Promise<string> {
	const exchanges = recorded.get('4.1.0') ?? [];
	return await serve((socket) => {
		const frames = new Frames();
		let turn = Promise.resolve();
		const answerTo = async (frame: Buffer) => {
			const asked = frame.readInt16BE(0);
			const request = frame.subarray(10 + frame.readInt16BE(8)).toString('hex');
			const same = exchanges.filter((exchange) => exchange.key === asked);
			// Requests that hold the time are never the same twice.
			const exchange = same.find((one) => one.request === request) ?? same[0];
			if (!exchange) {
				socket.destroy();
				return;
			}
			const { port } = socket.address() as AddressInfo;
			const answer = withPort(Buffer.from(exchange.answer, 'hex'), asked, port);
			const given = asked === key ? await mischief(answer, socket) : answer;
			if (!given) return;
			const header = Buffer.alloc(8);
			header.writeInt32BE(given.length + 4);
			header.writeInt32BE(frame.readInt32BE(4), 4);
			socket.write(Buffer.concat([header, given]));
		};
		socket.on('data', (data) => {
			for (const frame of frames.push(data)) turn = turn.then(() => answerTo(frame));
		});
	});
}

/** The recorded metadata tells where the recorded broker was. */
function withPort(answer: Buffer, key: number, port: number): Buffer {
	if (key === keys.metadata) answer.writeInt32BE(port, answer.indexOf('127.0.0.1') + 9);
	return answer;
}

type Range = readonly [lowest: number, highest: number];

/** An answer to ApiVersions with other versions; undefined for a request that is not offered. */
export function offering(
	answer: Buffer,
	versions: (key: number, offered: Range) => Range | undefined,
): Buffer {
	const offered: number[][] = [];
	for (let at = 6; at < answer.length; at += 6) {
		const key = answer.readInt16BE(at);
		const range = versions(key, [answer.readInt16BE(at + 2), answer.readInt16BE(at + 4)]);
		if (range) offered.push([key, ...range]);
	}
	const changed = Buffer.alloc(6 + 6 * offered.length);
	changed.writeInt32BE(offered.length, 2);
	for (const [row, numbers] of offered.entries()) {
		for (const [column, value] of numbers.entries()) {
			changed.writeInt16BE(value, 6 + 6 * row + 2 * column);
		}
	}
	return changed;
}
