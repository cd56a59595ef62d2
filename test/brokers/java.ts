import { realpathSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { libraryPath, unpackPackages } from './apt.ts';
import { runCommand } from './command.ts';
import { type FoundServer, find, type Progress } from './found.ts';
import { trustStore } from './truststore.ts';

/** Finds or gets a Java runtime that Kafka 4 runs on. */
export function findJava(progress: Progress): Promise<FoundServer> {
	return find({
		name: 'java',
		variable: 'JAVA',
		executable: 'java',
		version: async (path, env = {}) => {
			const { stderr } = await runCommand(path, ['-version'], { env, timeoutMs: 30_000 });
			const version = /version "([^"]+)"/.exec(stderr)?.[1] ?? '';
			if (Number.parseInt(version, 10) >= 17) return version;
			throw new Error(`${path} is version ${version || 'unknown'}, and Kafka needs 17`);
		},
		entry: 'java',
		get: (folder) => getJavaAndMaven(folder, progress),
		inFolder: (folder) => ({ path: join(folder, javaHome, 'bin/java'), env: libraryPath(folder) }),
		advice: 'install Java 17 or later (Debian: apt-get install default-jre-headless)',
	});
}

/** Finds or gets Maven; its environment names the Java that runs it. */
export async function findMaven(java: FoundServer, progress: Progress): Promise<FoundServer> {
	const env = { ...java.env, JAVA_HOME: dirname(dirname(realpathSync(java.path))) };
	const found = await find({
		name: 'maven',
		variable: 'MAVEN',
		executable: 'mvn',
		version: async (path) => {
			const args = ['--batch-mode', '--version'];
			const { stdout } = await runCommand(path, args, { env, timeoutMs: 60_000 });
			return /Apache Maven (\S+)/.exec(stdout)?.[1] ?? stdout.trim();
		},
		entry: 'java',
		get: (folder) => getJavaAndMaven(folder, progress),
		inFolder: (folder) => ({ path: join(folder, 'usr/share/maven/bin/mvn') }),
		advice: 'install Maven (Debian: apt-get install maven)',
	});
	return { ...found, env };
}

/** In the unpacked packages: a link to the version of the distribution. */
const javaHome = 'usr/lib/jvm/default-java';

async function getJavaAndMaven(folder: string, progress: Progress): Promise<void> {
	const tell: Progress = (line) => progress(`java: ${line}`);
	await unpackPackages(['default-jre-headless', 'maven'], folder, tell);
	// Installing would make the file that this link leads to.
	const certificates = join(folder, javaHome, 'lib/security/cacerts');
	await rm(certificates, { force: true });
	await writeFile(certificates, await trustStore());
}
