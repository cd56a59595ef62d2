import { readdirSync, realpathSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cached } from './cache.ts';
import { runCommand } from './command.ts';
import {
	type FoundServer,
	findOnPath,
	type Progress,
	reason,
	tellOnStandardError,
} from './found.ts';
import { findJava, findMaven } from './java.ts';

/** Kafka's jars and the Java that runs them. */
export interface FoundKafka extends FoundServer {
	readonly java: FoundServer;
}

/** Got when no version is asked for and none is installed. */
const defaultVersion = '4.1.0';

/**
 * Finds or gets Kafka's jars.
 *
 * @param version - exactly this one; absent: what is installed, else 4.1.0
 */
export async function findKafka(
	version?: string,
	progress: Progress = tellOnStandardError,
): Promise<FoundKafka> {
	const java = await findJava(progress).catch((error: unknown) => {
		throw new Error(`kafka: ${reason(error)}`);
	});
	for (const { path, source } of installed()) {
		const present = versionOf(path);
		if (present !== undefined && (version ?? present) === present) {
			return { name: 'kafka', version: present, path, source, java };
		}
		if (present === undefined && source === 'environment') {
			throw new Error(`kafka: no kafka-clients jar in ${path}: set KAFKA_HOME or KAFKA_LIBS right`);
		}
	}
	const wanted = version ?? defaultVersion;
	const path = await cached(`kafka-${wanted}`, (folder) =>
		download(wanted, folder, java, progress),
	).catch((error: unknown) => {
		throw new Error(
			`kafka ${wanted}: not found and could not be got (${reason(error)}): install Maven, or set KAFKA_HOME to an installed Kafka`,
		);
	});
	return { name: 'kafka', version: wanted, path, source: 'cache', java };
}

function* installed(): Generator<Pick<FoundServer, 'path' | 'source'>> {
	const { KAFKA_LIBS: libs, KAFKA_HOME: home } = process.env;
	if (libs) yield { path: libs, source: 'environment' };
	if (home) yield { path: join(home, 'libs'), source: 'environment' };
	const script = findOnPath('kafka-server-start.sh');
	if (script) yield { path: join(dirname(realpathSync(script)), '../libs'), source: 'PATH' };
}

function versionOf(folder: string): string | undefined {
	try {
		return readdirSync(folder).flatMap(
			(name) => /^kafka-clients-(\d[\d.]*)\.jar$/.exec(name)?.[1] ?? [],
		)[0];
	} catch {
		return undefined;
	}
}

async function download(
	version: string,
	folder: string,
	java: FoundServer,
	progress: Progress,
): Promise<void> {
	const maven = await findMaven(java, progress);
	const temporary = await mkdtemp(join(folder, '.get-'));
	const pom = join(temporary, 'pom.xml');
	const dependency = (group: string, artifact: string, of: string): string =>
		`<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${of}</version></dependency>`;
	await writeFile(
		pom,
		`<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
	<groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
	<dependencies>
		${dependency('org.apache.kafka', 'kafka_2.13', version)}
		${dependency('org.apache.kafka', 'kafka-tools', version)}
		${dependency('org.slf4j', 'slf4j-simple', '1.7.36')}
	</dependencies>
</project>
`,
	);
	progress(`kafka ${version}: downloading with Maven ${maven.version}`);
	const goal = [
		'dependency:copy-dependencies',
		`-DoutputDirectory=${folder}`,
		'-DincludeScope=runtime',
	];
	await runCommand(maven.path, ['--batch-mode', '--quiet', '--file', pom, ...goal], {
		...(maven.env === undefined ? {} : { env: maven.env }),
		timeoutMs: 600_000,
	});
	await rm(temporary, { recursive: true });
}
