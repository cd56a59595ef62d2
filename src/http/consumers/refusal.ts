import type { FastifyError, FastifyRequest } from 'fastify';
import { quoted } from '../../options/quoted.ts';
import { notOneOf, QueryError } from './query.ts';

/**
 * Why a request was refused for its parameters, in words; undefined when the error is of another
 * kind.
 *
 * @param known - the parameters that there are
 */
export function refusal(
	error: unknown,
	request: FastifyRequest,
	known: readonly string[],
): string | undefined {
	if (error instanceof QueryError) return error.message;
	const { validation } = error as Partial<FastifyError>;
	return validation?.map((finding) => words(finding, request.query, known)).join('; ');
}

type Finding = NonNullable<FastifyError['validation']>[number];

function words(finding: Finding, query: unknown, known: readonly string[]): string {
	const { keyword, instancePath, params, message = 'is not valid' } = finding;
	if (keyword === 'additionalProperties') {
		const written = String(params.additionalProperty);
		return known.length === 0
			? `parameter ${quoted(written)} is not known: there are none`
			: `parameter ${notOneOf(written, known)}`;
	}
	const [name = '', item] = instancePath.slice(1).split('/');
	const of = (query as Readonly<Record<string, unknown>>)[name];
	const value = item === undefined ? of : (of as readonly unknown[])[Number(item)];
	if (Array.isArray(value)) return `${name}: ${message}, got ${value.length}`;
	if (value === '') return `${name}: is empty`;
	if (keyword === 'enum') {
		return `${name}: ${notOneOf(String(value), params.allowedValues as readonly string[])}`;
	}
	return `${name}: ${quoted(String(value))} ${message}`;
}
