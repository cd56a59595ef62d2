import type { Request, Versions } from './request.ts';

/** Its answer. */
export interface ApiVersionsAnswer {
	readonly errorCode: number;
	readonly versions: Versions;
}

/** ApiVersions, in the one version that every broker since 0.10 answers. */
export const apiVersions: Request<void, ApiVersionsAnswer> = {
	operation: 'api_versions',
	key: 18,
	versions: [0, 0],
	flexible: false,
	write() {},
	read(reader) {
		const errorCode = reader.int16();
		const versions = new Map<number, readonly [number, number]>();
		for (let count = reader.fixedCount(); count > 0; count--) {
			versions.set(reader.int16(), [reader.int16(), reader.int16()]);
		}
		return { errorCode, versions };
	},
};
