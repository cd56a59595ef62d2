import { clock, grouped, span } from '../../amounts.ts';
import type { Consumer, Snapshot, TargetState } from '../../model.ts';
import { printable } from '../../printable.ts';
import { find } from '../../records.ts';
import { type Html, html } from './html.ts';
import { name, shortened, shortName } from './name.ts';
import { partitionsTable } from './partitions-table.ts';
import { sparkline } from './sparkline.ts';
import { against, age, ago, count, duration, lag, position, status } from './values.ts';

/** Which group on which stream, by the names as shown. */
export interface GroupIdentity {
	readonly target: string;
	readonly stream: string;
	readonly consumer_group: string;
}

/** All that is known of one group on one stream; undefined when there is none of these names. */
export function groupPage(
	snapshot: Snapshot,
	identity: GroupIdentity,
	nowMs: number,
): Html | undefined {
	const consumer = find(
		snapshot.consumers,
		({ target, stream, consumerGroup }) =>
			stream === identity.stream &&
			consumerGroup === identity.consumer_group &&
			target === identity.target,
	);
	if (consumer === undefined) return undefined;
	const stream = find(
		snapshot.streams,
		(one) => one.stream === consumer.stream && one.target === consumer.target,
	);
	const target = snapshot.targets.find((one) => one.target === consumer.target);
	return html`<p><a href="./">All groups</a></p>
<h1>Group ${shortName(consumer.consumerGroup)} <small>on ${shortName(consumer.stream)}, ${consumer.platform} ${consumer.target}</small></h1>
<p class="why">${status(consumer.status)} ${printable(consumer.statusReason)}</p>
${target && freshness(target, nowMs)}
<div class="facts">${facts(consumer).map(section)}</div>
${partitionsTable(consumer, stream)}
${wholeNames(consumer)}
<p class="as-of">As of ${clock(nowMs)} UTC, as all times here. Lags and ages are those of the target's last poll. The same <a href="${jsonAddress(consumer)}">as JSON</a>.</p>`;
}

/** What stands where a group was, or never was. */
export function noSuchGroup({ target, stream, consumer_group }: GroupIdentity): Html {
	return html`<p><a href="./">All groups</a></p>
<h1>No such group</h1>
<p>There is no group ${shortName(consumer_group)} on ${shortName(stream)} of the target ${shortName(target)}, or not any more.</p>`;
}

/** Names that the heading has no room for. */
function wholeNames({ stream, consumerGroup }: Consumer): Html | undefined {
	const long = [consumerGroup, stream].filter((text) => shortened(text) !== text);
	if (long.length === 0) return undefined;
	return html`<section><h2>Whole names</h2>${long.map((text) => html`<p>${name(text)}</p>`)}</section>`;
}

type Fact = readonly [title: string, value: Html];

interface Facts {
	readonly title: string;
	readonly facts: readonly Fact[];
}

/** What is not known has no line, for on each platform something else can be known. */
function facts(consumer: Consumer): readonly Facts[] {
	return [
		{
			title: 'Lag',
			facts: [
				['Lag', html`${lag(consumer)} ${sparkline(consumer)}`],
				...where(consumer.lagUnknown, 'Not known because', (reason) => html`${reason}`),
				...where(consumer.lagSeconds, 'Age of the oldest unread message', () => age(consumer)),
				...where(consumer.partitionLagMax, 'Largest of a partition', count),
				...where(consumer.partitionsUnknown, 'Partitions not read', count),
				...where(consumer.partitionsStalled, 'Partitions stalled', count),
				...where(consumer.drainSeconds, 'Through in', duration),
				...where(consumer.retentionHeadroomSeconds, 'Oldest unread is deleted in', duration),
				...where(consumer.retentionUsedRatio, 'Retention used', percent),
			],
		},
		{
			title: 'Progress',
			facts: [
				...where(consumer.position, 'Position', (at) => position(consumer.platform, at)),
				...where(consumer.acknowledged, 'Acknowledged up to', (at) =>
					position(consumer.platform, at),
				),
				...where(consumer.stalledSeconds, 'Stalled for', (seconds) => stalled(consumer, seconds)),
				...where(consumer.stoppedSeconds, 'Nobody reads for', duration),
				...where(consumer.consumedTotal, 'Consumed since first seen', count),
				...where(consumer.lostTotal, 'Deleted unread since first seen', count),
				...where(consumer.exhaustedTotal, 'Given up since first seen', count),
			],
		},
		{
			title: 'Pending',
			facts: [
				...where(consumer.pending, 'Delivered, not acknowledged', (pending) => {
					const limit = consumer.pendingLimit;
					return html`${count(pending)}${limit === undefined ? undefined : against(grouped(limit), pending > limit)}`;
				}),
				...where(consumer.pendingAgeSeconds, 'Age of the oldest', (seconds) => {
					const limit = consumer.objective.pendingAgeSeconds;
					const words = limit === undefined ? undefined : span(limit);
					return html`${duration(seconds)}${against(words, consumer.breaches.pendingAge)}`;
				}),
				...where(consumer.pendingIdleSeconds, 'Since the oldest was delivered', duration),
				...where(consumer.oldestPendingDeliveries, 'Deliveries of the oldest', count),
				...where(consumer.pendingAbandoned, 'Abandoned', count),
				...where(consumer.redelivered, 'Redelivered', count),
			],
		},
		{
			title: 'Readers',
			facts: [
				...where(consumer.kind, 'Kind', (kind) => html`${kind}`),
				...where(consumer.state, 'State', (state) => html`${printable(state)}`),
				...where(consumer.members, 'Members', count),
				...where(consumer.idleSeconds, 'Idle for', duration),
				...where(consumer.waitingPulls, 'Waiting requests', count),
			],
		},
		{
			title: 'Objective',
			facts: [
				['Name', html`${consumer.objective.name}`],
				['Severity', html`${consumer.objective.severity}`],
				['Stalled after', duration(consumer.objective.stalledAfterSeconds)],
				['Must exist', html`${consumer.expected ? 'yes' : 'no'}`],
				['First seen', html`${new Date(consumer.firstSeenMs).toISOString().slice(0, 19)}Z`],
			],
		},
	];
}

function where<Value>(
	value: Value | undefined,
	title: string,
	show: (value: Value) => Html,
): readonly Fact[] {
	return value === undefined ? [] : [[title, show(value)]];
}

function section({ title, facts }: Facts): Html | undefined {
	if (facts.length === 0) return undefined;
	return html`<section><h2>${title}</h2>
<dl>${facts.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl></section>
`;
}

function stalled({ objective }: Consumer, seconds: number): Html {
	const limit = span(objective.stalledAfterSeconds);
	return html`${duration(seconds)}${against(limit, seconds > objective.stalledAfterSeconds)}`;
}

function percent(ratio: number): Html {
	return html`${Math.round(ratio * 100)} %`;
}

function freshness(target: TargetState, nowMs: number): Html {
	const { lastResult, lastPollTimestampSeconds, lastSuccessTimestampSeconds } = target;
	const polled = html`Polled ${ago(lastPollTimestampSeconds, nowMs)}`;
	if (lastResult !== 'failed') return html`<p>${polled}.</p>`;
	const messages = target.problems.map(({ message }) => printable(message)).slice(0, 3);
	return html`<p class="failing">${polled}, without success; last read ${ago(lastSuccessTimestampSeconds, nowMs)}: ${messages.join('; ')}</p>`;
}

function jsonAddress({ target, stream, consumerGroup }: Consumer): string {
	const exactly = (text: string) => text.replace(/[\\*?[\]{}!/]/g, '\\$&');
	const parameters = new URLSearchParams({
		target,
		stream: exactly(stream),
		consumer_group: exactly(consumerGroup),
	});
	return `./api/v1/consumers?${parameters}`;
}
