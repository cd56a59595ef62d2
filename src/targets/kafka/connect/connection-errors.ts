/** A request had no answer in its time. */
export class RequestTimeoutError extends Error {
	override readonly name = 'RequestTimeoutError';
}

/** The broker does not speak a version of the request that is spoken here. */
export class UnsupportedRequestError extends Error {
	override readonly name = 'UnsupportedRequestError';
}

/** The broker wants this client to be silent for longer than a request may take (KIP-219). */
export class ThrottledError extends Error {
	override readonly name = 'ThrottledError';
}

/** The broker closed the connection, or it broke. */
export class ConnectionLostError extends Error {
	override readonly name = 'ConnectionLostError';
}

/** The connection was closed, or broke, before the other side had spoken TLS. */
export class NoTlsError extends Error {
	override readonly name = 'NoTlsError';
}
