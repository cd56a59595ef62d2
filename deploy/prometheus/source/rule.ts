/** A rule that keeps the value of an expression under a name of its own. */
export interface RecordingRule {
	readonly record: string;
	readonly expr: string;
	/** Labels beside those of the expression. */
	readonly labels?: Readonly<Record<string, string>>;
}

/** A rule that becomes an alert where its expression has a value. */
export interface AlertRule {
	readonly alert: string;
	readonly expr: string;
	/** Absent: at once. */
	readonly for?: string;
	/** Bridges gaps, so that one trouble is one alert. */
	readonly keep_firing_for: string;
	/** Labels beside those of the expression; conditions on consumer groups bring their severity along. */
	readonly labels?: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
}

/** Rules that Prometheus evaluates one after the other. */
export interface RuleGroup<Rule = AlertRule | RecordingRule> {
	readonly name: string;
	readonly rules: readonly Rule[];
}

/**
 * The template variable of all times: makes of a time as shipped (`10m`) the time to write. Ranges go
 * through it as well as `for`, so that an end-to-end test can run the same rules faster.
 */
export type Time = (shipped: string) => string;

/** The times of the files that are shipped. */
export const asShipped: Time = (shipped) => shipped;
