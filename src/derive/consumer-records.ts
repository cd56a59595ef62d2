import type {
	Breaches,
	Consumer,
	ConsumerObjective,
	ConsumerPartitions,
	Group,
	Partitions,
	Position,
	Records,
	Status,
} from '../model.ts';
import { look } from '../records.ts';
import type { DerivePlan } from './plan.ts';
import { sentenceOf } from './sentence.ts';
import type { LagSpan } from './window.ts';
import { windowPolls } from './window.ts';

/** Of groups without partitions: a group's list of partitions is never empty. */
const noRows = new Float64Array(0);

/**
 * The records of one round's groups as columns, a row each: with 100,000 groups, an object with a
 * field for each number would cost more than all that is computed. NaN: not known. Rows must be begun
 * before they are filled. Once the round is over it does not change.
 */
export class ConsumerColumns {
	readonly plan: DerivePlan;
	readonly length: number;
	/** What was read, in the order of the rows. */
	readonly groups: Records<Group>;
	readonly objectives: ConsumerObjective[];
	readonly statuses: Status[];
	readonly breaches: Breaches[];
	readonly lagUnknown: (string | undefined)[];
	/** Whether the configuration says that a group must exist. */
	readonly expected: Uint8Array;
	readonly firstSeenMs: Float64Array;
	readonly lag: Float64Array;
	readonly lagUncertainty: Float64Array;
	readonly lagSeconds: Float64Array;
	readonly partitionLagMax: Float64Array;
	readonly partitionsUnknown: Float64Array;
	readonly partitionsStalled: Float64Array;
	readonly stalledSeconds: Float64Array;
	readonly stoppedSeconds: Float64Array;
	readonly consumedTotal: Float64Array;
	readonly lostTotal: Float64Array;
	readonly exhaustedTotal: Float64Array;
	readonly retentionUsedRatio: Float64Array;
	readonly retentionHeadroomSeconds: Float64Array;
	readonly drainSeconds: Float64Array;
	/** When the position last moved, in milliseconds since 1970. */
	readonly movedMs: Float64Array;
	/** The {@link LagSpan} of the window. */
	readonly spanBefore: Float64Array;
	readonly spanNow: Float64Array;
	readonly spanSeconds: Float64Array;
	/** As many for each row as the window is long, oldest first. */
	readonly recentLags: Float32Array;
	/** The lags of all groups' partitions, where they are exported; each group's begin at its row's place. */
	readonly partitionLags: Float64Array;
	readonly partitionsAt: Uint32Array;
	/** Those in which nothing is known at first. */
	readonly #unknown: Float64Array[] = [];

	/**
	 * @param groups - what was read
	 * @param partitions - of all groups together
	 * @param detail - whether single ones are exported
	 */
	constructor(plan: DerivePlan, groups: Records<Group>, partitions: number, detail: boolean) {
		const rows = groups.length;
		this.plan = plan;
		this.length = rows;
		this.groups = groups;
		// An array that grows is copied again and again.
		this.objectives = new Array(rows);
		this.statuses = new Array(rows);
		this.breaches = new Array(rows);
		this.lagUnknown = new Array(rows);
		const known = 1;
		const unknownOfAll = 15;
		const unknownOfPartitions = partitions === 0 ? 0 : 3;
		// Each demand for much memory makes V8 mark for some milliseconds: so there is one.
		const { buffer } = new Float64Array((known + unknownOfAll + unknownOfPartitions) * rows);
		let cut = 0;
		const column = () => new Float64Array(buffer, cut++ * rows * 8, rows);
		const unknown = () => {
			const made = column();
			this.#unknown.push(made);
			return made;
		};
		const ofPartitions = partitions === 0 ? () => noRows : unknown;
		this.expected = new Uint8Array(rows);
		this.firstSeenMs = column();
		this.lag = unknown();
		this.lagUncertainty = unknown();
		this.lagSeconds = unknown();
		this.partitionLagMax = ofPartitions();
		this.partitionsUnknown = ofPartitions();
		this.partitionsStalled = ofPartitions();
		this.stalledSeconds = unknown();
		this.stoppedSeconds = unknown();
		this.consumedTotal = unknown();
		this.lostTotal = unknown();
		this.exhaustedTotal = unknown();
		this.retentionUsedRatio = unknown();
		this.retentionHeadroomSeconds = unknown();
		this.drainSeconds = unknown();
		this.movedMs = unknown();
		this.spanBefore = unknown();
		this.spanNow = unknown();
		this.spanSeconds = unknown();
		this.recentLags = new Float32Array(rows * windowPolls);
		this.partitionLags = new Float64Array(detail ? partitions : 0);
		this.partitionsAt = new Uint32Array(rows);
	}

	/** Of some rows nothing is known yet. To begin all at once would take longer than others should wait. */
	begin(from: number, to: number): void {
		for (const column of this.#unknown) column.fill(Number.NaN, from, to);
	}
}

/** A row as a record: what was read is taken from the reading, the rest from the columns. */
export class ConsumerRecord implements Consumer {
	private readonly columns: ConsumerColumns;
	row: number;

	constructor(columns: ConsumerColumns, row: number) {
		this.columns = columns;
		this.row = row;
	}

	get target(): string {
		return this.columns.plan.target;
	}
	get platform(): string {
		return this.columns.plan.platform;
	}
	get stream(): string {
		return this.#group.stream;
	}
	get consumerGroup(): string {
		return this.#group.consumerGroup;
	}
	get firstSeenMs(): number {
		return this.columns.firstSeenMs[this.row] as number;
	}
	get kind(): string | undefined {
		return this.#group.kind;
	}
	get state(): string | undefined {
		return this.#group.state;
	}
	get lag(): number | undefined {
		return known(this.columns.lag, this.row);
	}
	get lagUncertainty(): number | undefined {
		return known(this.columns.lagUncertainty, this.row);
	}
	get lagUnknown(): string | undefined {
		return this.columns.lagUnknown[this.row];
	}
	get lagSeconds(): number | undefined {
		return known(this.columns.lagSeconds, this.row);
	}
	get partitionLagMax(): number | undefined {
		return known(this.columns.partitionLagMax, this.row);
	}
	get partitionsUnknown(): number | undefined {
		return known(this.columns.partitionsUnknown, this.row);
	}
	get partitionsStalled(): number | undefined {
		return known(this.columns.partitionsStalled, this.row);
	}
	get stalledSeconds(): number | undefined {
		return known(this.columns.stalledSeconds, this.row);
	}
	get stoppedSeconds(): number | undefined {
		return known(this.columns.stoppedSeconds, this.row);
	}
	get pending(): number | undefined {
		return this.#group.pending;
	}
	get pendingAgeSeconds(): number | undefined {
		return this.#group.pendingAgeSeconds;
	}
	get pendingIdleSeconds(): number | undefined {
		return this.#group.pendingIdleSeconds;
	}
	get pendingAbandoned(): number | undefined {
		return this.#group.pendingAbandoned;
	}
	get oldestPendingDeliveries(): number | undefined {
		return this.#group.oldestPendingDeliveries;
	}
	get pendingLimit(): number | undefined {
		return this.#group.pendingLimit;
	}
	get redelivered(): number | undefined {
		return this.#group.redelivered;
	}
	get members(): number | undefined {
		return this.#group.members;
	}
	get idleSeconds(): number | undefined {
		return this.#group.idleSeconds;
	}
	get waitingPulls(): number | undefined {
		return this.#group.waitingPulls;
	}
	get consumedTotal(): number | undefined {
		return known(this.columns.consumedTotal, this.row);
	}
	get lostTotal(): number | undefined {
		return known(this.columns.lostTotal, this.row);
	}
	get exhaustedTotal(): number | undefined {
		return known(this.columns.exhaustedTotal, this.row);
	}
	get retentionUsedRatio(): number | undefined {
		return known(this.columns.retentionUsedRatio, this.row);
	}
	get retentionHeadroomSeconds(): number | undefined {
		return known(this.columns.retentionHeadroomSeconds, this.row);
	}
	get drainSeconds(): number | undefined {
		return known(this.columns.drainSeconds, this.row);
	}
	get status(): Status {
		return this.columns.statuses[this.row] ?? 'unknown';
	}
	/** Made when somebody asks: few do, and words are dear. */
	get statusReason(): string {
		const movedMs = known(this.columns.movedMs, this.row);
		return sentenceOf(this, { movedMs, span: this.#span });
	}
	get objective(): ConsumerObjective {
		return this.columns.objectives[this.row] as ConsumerObjective;
	}
	get breaches(): Breaches {
		return this.columns.breaches[this.row] as Breaches;
	}
	get expected(): boolean {
		return this.columns.expected[this.row] === 1;
	}
	get position(): Position | undefined {
		return this.#group.position;
	}
	get acknowledged(): Position | undefined {
		return this.#group.acknowledged;
	}
	get recentLags(): Float32Array {
		const at = this.row * windowPolls;
		return this.columns.recentLags.subarray(at, at + windowPolls);
	}
	get partitions(): ConsumerPartitions | undefined {
		const { partitionLags, partitionsAt } = this.columns;
		if (partitionLags.length === 0) return undefined;
		const { lag } = this.#group;
		if (!('ids' in lag)) return undefined;
		return new PartitionRecords(partitionLags, partitionsAt[this.row] as number, lag);
	}

	get #group(): Group {
		return look(this.columns.groups, this.row);
	}
	get #span(): LagSpan | undefined {
		const seconds = known(this.columns.spanSeconds, this.row);
		if (seconds === undefined) return undefined;
		const before = this.columns.spanBefore[this.row] as number;
		return { before, now: this.columns.spanNow[this.row] as number, seconds };
	}
}

/** The partitions of one row. */
class PartitionRecords implements ConsumerPartitions {
	readonly ids: Int32Array;
	readonly lags: Float64Array;
	readonly lagsFrom: number;
	readonly committed: Float64Array | undefined;

	constructor(lags: Float64Array, lagsFrom: number, { ids, committed, told }: Partitions) {
		this.lags = lags;
		this.lagsFrom = lagsFrom;
		this.ids = ids;
		// Counts that stand for offsets are not shown as such.
		this.committed = told ? undefined : committed;
	}
}

function known(column: Float64Array, row: number): number | undefined {
	const value = column[row];
	return Number.isNaN(value) ? undefined : value;
}
