import { nkeys } from 'nats';

/** A key pair of NATS: the server knows the public key, the seed is the secret. */
export interface KeyPair {
	getPublicKey(): string;
	getSeed(): Uint8Array;
	sign(input: Uint8Array): Uint8Array;
}

export function createUser(): KeyPair {
	return nkeys.createUser() as KeyPair;
}

/** What servers and users of an operator need, without `nsc`. */
export interface Operator {
	/** For the server's configuration file. */
	readonly config: string;
	/** A credentials file of a new user of the account, who may publish all subjects or these alone. */
	credentials(publish?: readonly string[]): string;
}

/** Makes an operator with a system account and one account that has JetStream. */
export function makeOperator(): Operator {
	const operator = nkeys.createOperator() as KeyPair;
	const system = nkeys.createAccount() as KeyPair;
	const account = nkeys.createAccount() as KeyPair;
	const unlimited = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, conn: -1 };
	const storage = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
	const limits = { ...unlimited, leaf: -1, wildcards: true };
	const accountJwt = (pair: KeyPair, all: object) =>
		jwt(operator, pair, { type: 'account', version: 2, limits: all });
	const operatorJwt = jwt(operator, operator, {
		type: 'operator',
		version: 2,
		system_account: system.getPublicKey(),
	});
	return {
		config: `operator: ${operatorJwt}
system_account: ${system.getPublicKey()}
resolver: MEMORY
resolver_preload: {
	${system.getPublicKey()}: ${accountJwt(system, limits)}
	${account.getPublicKey()}: ${accountJwt(account, { ...limits, ...storage })}
}`,
		credentials(publish) {
			const user = createUser();
			const claims = {
				type: 'user',
				version: 2,
				subs: -1,
				data: -1,
				payload: -1,
				pub: publish ? { allow: publish } : {},
				sub: {},
			};
			return `-----BEGIN NATS USER JWT-----
${jwt(account, user, claims)}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${new TextDecoder().decode(user.getSeed())}
------END USER NKEY SEED------
`;
		},
	};
}

function jwt(issuer: KeyPair, subject: KeyPair, nats: object): string {
	const claims = {
		jti: subject.getPublicKey(),
		iat: Math.floor(Date.now() / 1000),
		iss: issuer.getPublicKey(),
		sub: subject.getPublicKey(),
		name: 'test',
		nats,
	};
	const encoded = [{ typ: 'JWT', alg: 'ed25519-nkey' }, claims].map((part) =>
		Buffer.from(JSON.stringify(part)).toString('base64url'),
	);
	const signed = encoded.join('.');
	const signature = issuer.sign(new TextEncoder().encode(signed));
	return `${signed}.${Buffer.from(signature).toString('base64url')}`;
}
