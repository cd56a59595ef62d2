import type { Problem } from '../../model.ts';
import type { Failure, Operation, ProblemCode } from './failure.ts';

/** Something that went wrong with one subject. */
export interface Finding {
	readonly code: ProblemCode;
	readonly operation: Operation;
	/** A server, a subject that was asked, a stream, or `stream/consumer`. */
	readonly subject: string;
	readonly reason: string;
}

/** A failure as a finding about what was asked. */
export function found(failure: Failure, operation: Operation, subject: string): Finding {
	return { code: failure.code, operation, subject, reason: failure.message };
}

/** A number that is no count, see `count`. */
export function outOfRange(operation: Operation, subject: string, field: string): Finding {
	const reason = `${field} is not a whole number from 0 to 2^53; it is left out`;
	return { code: 'value_out_of_range', operation, subject, reason };
}

/** Entries of a listing that do not even tell their name. */
export function nameless(operation: Operation, subject: string, entries: number): Finding {
	const reason = `${entries} of the entries have no name; are servers of the cluster down?`;
	return { code: 'missing', operation, subject, reason };
}

/** How many subjects a problem names when many share it. */
const namedSubjects = 3;

/** Makes one problem of all findings that differ in their subject only. */
export function problemsOf(findings: readonly Finding[]): Problem[] {
	const alike = new Map<string, [Finding, ...Finding[]]>();
	for (const finding of findings) {
		const key = [finding.code, finding.operation, finding.reason].join('\0');
		const group = alike.get(key);
		if (group) group.push(finding);
		else alike.set(key, [finding]);
	}
	return [...alike.values()].map((group) => {
		const { code, operation, subject, reason } = group[0];
		const named = group.slice(0, namedSubjects).map((finding) => finding.subject);
		const more = group.length - named.length;
		const subjects = named.join(', ') + (more > 0 ? ` and ${more} more` : '');
		const problem = { code, operation, message: `${subjects}: ${reason}` };
		return group.length === 1 ? { ...problem, subject } : problem;
	});
}
