import type { Outcome } from '../poll/outcome.ts';
import { printable } from '../printable.ts';
import type { Trial } from '../targets/trial.ts';

/** What was found out about one target. */
export interface Diagnosis {
	readonly target: string;
	readonly platform: string;
	readonly trials: readonly Trial[];
	/** Lines that grant what was refused. */
	readonly grants: readonly string[];
	/** Of one whole poll. Absent: nothing would have answered it. */
	readonly outcome?: Outcome;
}

/** Whether nothing is missing, and a poll reads all there is. */
export function isFine({ trials, outcome }: Diagnosis): boolean {
	const isTrouble = ({ state }: Trial) => state === 'refused' || state === 'failed';
	return !trials.some(isTrouble) && outcome !== undefined && outcome.problems.length === 0;
}

/**
 * One target: a line for each trial and, below those that were refused, what is missing and lost;
 * then how a whole poll went, and how to grant what is missing. Without colour: the states are words,
 * and those that want attention are in capitals.
 */
export function formatDiagnosis(diagnosis: Diagnosis): string {
	const { target, platform, trials, grants } = diagnosis;
	const lines = [
		`${target} (${platform})`,
		...trialLines(trials),
		...pollLines(diagnosis),
		...(grants.length > 0 ? ['', '  To grant what is missing:', ...grants.map(indented)] : []),
	];
	return `${lines.map(printable).join('\n')}\n`;
}

/** One line a target, the last words of all. */
export function formatSummary(diagnoses: readonly Diagnosis[]): string {
	const lines = diagnoses.map((diagnosis) => `${diagnosis.target}: ${verdict(diagnosis)}`);
	return `${lines.map(printable).join('\n')}\n`;
}

const marks: Readonly<Record<Trial['state'], string>> = {
	allowed: 'allowed',
	refused: 'REFUSED',
	failed: 'FAILED',
	unsupported: 'unsupported',
	untried: 'not tried',
};

const markWidth = Math.max(...Object.values(marks).map((mark) => mark.length));

function trialLines(trials: readonly Trial[]): readonly string[] {
	const width = Math.max(0, ...trials.map(({ operation }) => operation.length));
	const below = ' '.repeat(markWidth + width + 6);
	return trials.flatMap((trial) => {
		const { operation, subject, answer, state } = trial;
		const what = [subject, answer].filter((part) => part).join(': ');
		const mark = marks[state].padEnd(markWidth);
		return [
			`  ${mark}  ${operation.padEnd(width)}  ${what}`.trimEnd(),
			...(trial.state === 'refused' ? [`${below}missing: ${trial.permission}`] : []),
			...('lost' in trial ? [`${below}lost without it: ${trial.lost}`] : []),
		];
	});
}

function pollLines({ outcome }: Diagnosis): readonly string[] {
	if (outcome === undefined) return [];
	const { reading, problems, durationSeconds } = outcome;
	const seconds = durationSeconds.toFixed(2);
	const how =
		reading === undefined
			? `A whole poll read nothing, in ${seconds} s`
			: `A whole poll read ${plural(reading.streams.length, 'stream')} and ${plural(reading.groups.length, 'consumer group')}, in ${seconds} s`;
	if (problems.length === 0) return ['', `  ${how}; no problem.`];
	const shown = problems.slice(0, mostProblems);
	const more = problems.length - shown.length;
	return [
		'',
		`  ${how}; ${plural(problems.length, 'problem')}:`,
		...shown.map(({ code, message }) => indented(`${code}: ${message}`)),
		...(more > 0 ? [indented(`and ${more} more`)] : []),
	];
}

/** More are the same over and over: one for each of many streams. */
const mostProblems = 10;

function verdict(diagnosis: Diagnosis): string {
	if (isFine(diagnosis)) return 'all is fine';
	const { trials, outcome } = diagnosis;
	const refused = trials.filter(({ state }) => state === 'refused').length;
	const failed = trials.filter(({ state }) => state === 'failed').length;
	const problems = outcome?.problems.length ?? 0;
	const parts = [
		...(refused > 0 ? [`${plural(refused, 'operation')} refused`] : []),
		...(failed > 0 ? [`${plural(failed, 'operation')} failed`] : []),
		...(problems > 0 ? [`${plural(problems, 'problem')} in a poll`] : []),
		...(outcome === undefined ? ['nothing was read'] : []),
	];
	return parts.join(', ');
}

function plural(count: number, word: string): string {
	return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function indented(line: string): string {
	return `    ${line}`;
}
