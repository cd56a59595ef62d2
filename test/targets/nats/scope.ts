import { compilePattern, type Filter } from '../../../src/options/pattern.ts';

/** A filter from patterns as they are written. */
export function scope(include: readonly string[] = ['*'], exclude: readonly string[] = []): Filter {
	return { include: include.map(compilePattern), exclude: exclude.map(compilePattern) };
}
