import type { Request } from './request.ts';

/** Settings of a topic, by name. */
export interface TopicConfigs {
	readonly errorCode: number;
	readonly topic: string;
	readonly configs: ReadonlyMap<string, string | null>;
}

const topicResource = 2;

/** Some settings of topics; any broker can tell them. */
export const describeConfigs: Request<
	{ readonly topics: readonly string[]; readonly names: readonly string[] },
	readonly TopicConfigs[]
> = {
	operation: 'describe_configs',
	key: 32,
	versions: [4, 4],
	flexible: true,
	write(writer, { topics, names }) {
		writer.array(topics, (_, topic) => {
			writer.int8(topicResource).string(topic);
			writer.array(names, (_, name) => writer.string(name)).tags();
		});
		writer.boolean(false).boolean(false).tags();
	},
	read(reader) {
		const results = reader.array(() => {
			const errorCode = reader.int16();
			reader.skipBytes(); // error message
			reader.skip(1); // kind of resource
			const topic = reader.string() ?? '';
			const configs = reader.array(() => {
				const name = reader.string() ?? '';
				const value = reader.string();
				reader.skip(3); // read only, source, sensitive
				reader.array(() => {
					reader.skipBytes(); // a synonym's name
					reader.skipBytes(); // its value
					reader.skip(1); // its source
					reader.tags();
				});
				reader.skip(1); // type
				reader.skipBytes(); // documentation
				reader.tags();
				return [name, value] as const;
			});
			reader.tags();
			return { errorCode, topic, configs: new Map(configs) };
		});
		reader.tags();
		return results;
	},
};
