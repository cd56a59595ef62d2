/**
 * A server that sends bytes and does nothing else, in a process of its own. Its arguments are how many
 * bytes an answer has, compressed and plain; it tells its parent its port.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const [gzipBytes = 0, plainBytes = 0] = process.argv.slice(2).map(Number);
const gzip = Buffer.alloc(gzipBytes, 'a');
const plain = Buffer.alloc(plainBytes, 'a');
const server = createServer(({ headers }, response) => {
	const body = headers['accept-encoding'] === 'gzip' ? gzip : plain;
	response.setHeader('content-length', body.length);
	response.end(body);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
// Its parent may end before it.
process.once('disconnect', () => process.exit());
process.send?.((server.address() as AddressInfo).port);
