import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Finding, problemsOf } from '../../../src/targets/nats/findings.ts';

function finding(subject: string, reason = 'it has no leader'): Finding {
	return { code: 'no_leader', operation: 'consumer_list', subject, reason };
}

test('a finding of its own kind is a problem that names its subject', () => {
	assert.deepEqual(problemsOf([finding('orders/billing')]), [
		{
			code: 'no_leader',
			operation: 'consumer_list',
			subject: 'orders/billing',
			message: 'orders/billing: it has no leader',
		},
	]);
});

test('findings that differ in their subject only are one problem, which names few of them', () => {
	const problems = problemsOf(['a', 'b', 'c', 'd', 'e'].map((subject) => finding(subject)));
	assert.deepEqual(problems, [
		{
			code: 'no_leader',
			operation: 'consumer_list',
			message: 'a, b, c and 2 more: it has no leader',
		},
	]);
});

test('findings with other reasons stay apart', () => {
	const problems = problemsOf([finding('a'), finding('b', 'another reason'), finding('c')]);
	assert.deepEqual(
		problems.map((problem) => problem.message),
		['a, c: it has no leader', 'b: another reason'],
	);
});
