/** What identifies a consumer group on a stream, whatever exporter told of it. */
export const group = 'target, platform, stream, consumer_group';

/** What identifies a stream. */
export const stream = 'target, platform, stream';

/** What identifies a target. */
export const target = 'target, platform';

/** What identifies the part of a target that a shard reads; all of it where there are no shards. */
export const share = 'target, platform, shard';
