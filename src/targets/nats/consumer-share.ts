import { remembered } from '../../options/remembered.ts';
import { type Share, type ShareKey, streamKey } from '../share.ts';

/** Consumers are told stream by stream, but asked one by one for their ages. */
export function consumerKey(stream: string, consumer: string): ShareKey {
	return ['group', stream, consumer];
}

/** Which streams and consumers are this process's own, by their names as shown. */
export interface ConsumerShare {
	readonly isWhole: boolean;
	ownsStream(stream: string): boolean;
	ownsConsumer(stream: string, consumer: string): boolean;
}

/** A share that remembers what it was asked: it is asked for all consumers at every poll. */
export function consumerShare(share: Share): ConsumerShare {
	const { isWhole } = share;
	if (isWhole) return { isWhole, ownsStream: () => true, ownsConsumer: () => true };
	// Names hold no white space.
	const owned = remembered((name) => {
		const [stream = '', consumer = ''] = name.split(' ');
		return share.owns(consumerKey(stream, consumer));
	});
	return {
		isWhole,
		ownsStream: remembered((stream) => share.owns(streamKey(stream))),
		ownsConsumer: (stream, consumer) => owned(`${stream} ${consumer}`),
	};
}
