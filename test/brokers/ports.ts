import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * Ports of 127.0.0.1 that the kernel says are free. Another process can take one before it is used,
 * so that whoever binds it must be ready to ask again.
 */
export async function freePorts(count: number): Promise<number[]> {
	const sockets = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
	await Promise.all(sockets.map((socket) => once(socket, 'listening')));
	const ports = sockets.map((socket) => (socket.address() as AddressInfo).port);
	await Promise.all(sockets.map((socket) => once(socket.close(), 'close')));
	return ports;
}
