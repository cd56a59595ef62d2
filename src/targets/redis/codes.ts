/** Every code that a problem of a Redis target can have. */
export const codes = [
	/** No connection could be made: refused, no such host, no answer. */
	'unreachable',
	/** The poll's deadline came first. */
	'timeout',
	/** The server ended the connection. */
	'connection_lost',
	/** What answers is no Redis, or answers in a way that is not known here. */
	'protocol_error',
	/** No connection by TLS could be made: the certificate, its name, or a side without TLS. */
	'tls_failed',
	'auth_failed',
	/** The user may not run the command or touch the key. */
	'not_authorized',
	/** The server still reads its data from disk. */
	'loading',
	/** A replica has lost its master. */
	'master_down',
	/** The server runs a script that does not end. */
	'busy',
	/** The server is a replica, and the master is wanted. */
	'not_master',
	/** A sentinel does not know the name of the master. */
	'master_unknown',
	/** The server is a node of a cluster, and the key is another node's. */
	'wrong_node',
	/** Some keys of the cluster are on no node now. */
	'cluster_down',
	/** A stream that the configuration names does not exist. */
	'stream_missing',
	/** A key that the configuration names holds something else. */
	'not_a_stream',
	/** A key has the very name of a logical stream, and cannot be told beside it. */
	'name_taken',
	/** Any other error that the server answered with. */
	'server_error',
] as const;

export type Code = (typeof codes)[number];

/** What an error reply of the server means. */
export function codeOfError(text: string): Code {
	if (text === 'ERR no such key') return 'stream_missing';
	// What a script may not do is told without the word: by 7.0, and from 7.2 on and by Valkey.
	if (/^ERR (The user executing the script can't |ACL failure in script: )/.test(text)) {
		return 'not_authorized';
	}
	return byFirstWord[/^[A-Z]+/.exec(text)?.[0] ?? ''] ?? 'server_error';
}

const byFirstWord: Readonly<Record<string, Code>> = {
	NOAUTH: 'auth_failed',
	WRONGPASS: 'auth_failed',
	NOPERM: 'not_authorized',
	LOADING: 'loading',
	MASTERDOWN: 'master_down',
	BUSY: 'busy',
	MOVED: 'wrong_node',
	ASK: 'wrong_node',
	CLUSTERDOWN: 'cluster_down',
	TRYAGAIN: 'wrong_node',
	WRONGTYPE: 'not_a_stream',
};
