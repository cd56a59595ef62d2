import type { Consumer, Derived, Expectation, StreamState, TargetState } from '../model.ts';
import { atOnce } from '../steps.ts';
import { isOn, type TargetOf } from './catalogue/family.ts';
import { groupFamilies } from './catalogue/group.ts';
import { expectationFamilies } from './catalogue/objective.ts';
import { streamFamilies } from './catalogue/stream.ts';
import { targetFamilies } from './catalogue/target.ts';
import type { LabelledRecord } from './labels.ts';
import { LineWriter } from './line-writer.ts';
import { type Family, RecordLines } from './record-lines.ts';
import type { TargetValues, Values } from './series.ts';

/** One target's lines of every family, in the order of the catalogue; empty where it has none. */
export type TargetLines = readonly Buffer[];

const noLines: Buffer = Buffer.alloc(0);

/** Renders the lines of one target, poll after poll. */
export class TargetRenderer {
	readonly #ofGroups: RecordLines<Consumer>;
	readonly #ofExpectations: RecordLines<Expectation>;
	readonly #ofStreams: RecordLines<StreamState>;
	readonly #ofTarget: RecordLines<TargetOf & LabelledRecord>;

	/** @param writer - nobody else may use it while lines are rendered */
	constructor(writer: LineWriter) {
		this.#ofGroups = new RecordLines(writer);
		this.#ofExpectations = new RecordLines(writer);
		this.#ofStreams = new RecordLines(writer);
		this.#ofTarget = new RecordLines(writer);
	}

	/**
	 * Renders what a target's last poll changed; lines of a family that are the same as before are the
	 * same bytes. It yields wherever it may be interrupted.
	 *
	 * @param values - what the records say, where it was asked
	 * @param use - given the lines of each family as soon as they are written; they stay as they are
	 */
	*inSteps(
		state: TargetState,
		derived: Derived,
		values?: TargetValues,
		use?: (lines: Buffer) => void,
	): Generator<void, TargetLines> {
		const { consumers, streams, expectations, seriesLimit, withoutPartitions } = derived;
		const lines: Buffer[] = [];
		let series = 0;
		function* render<Record extends LabelledRecord>(
			families: readonly Family<Record>[],
			records: RecordLines<Record>,
			values?: Values<Record>,
		) {
			for (const family of families) {
				if (isOn(state.platform, family) && !(withoutPartitions && 'column' in family)) {
					const rendered = yield* records.render(family, values);
					lines.push(rendered.text);
					use?.(rendered.text);
					series += rendered.series;
				} else {
					records.leaveOut(family);
					lines.push(noLines);
				}
			}
		}
		yield* this.#ofGroups.update(consumers);
		yield* render(groupFamilies, this.#ofGroups, values?.groups);
		yield* this.#ofExpectations.update(expectations);
		yield* render(expectationFamilies, this.#ofExpectations);
		yield* this.#ofStreams.update(streams);
		yield* render(streamFamilies, this.#ofStreams, values?.streams);
		yield* this.#ofTarget.update([
			{
				target: state.target,
				platform: state.platform,
				...(state.shard !== undefined && { shard: state.shard }),
				state,
				groups: consumers.length,
				streams: streams.length,
				series,
				...(seriesLimit && { seriesLimit: seriesLimit.series, seriesDropped: seriesLimit.dropped }),
			},
		]);
		yield* render(targetFamilies, this.#ofTarget);
		return lines;
	}
}

/** The lines of one target, in one go. */
export function renderTarget(state: TargetState, derived: Derived): TargetLines {
	return atOnce(new TargetRenderer(new LineWriter()).inSteps(state, derived));
}
