import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Problem } from '../../src/model.ts';
import type { Outcome } from '../../src/poll/outcome.ts';
import { ProblemLog } from '../../src/poll/problem-log.ts';

function record() {
	const lines: string[] = [];
	const log = pino({ base: null, timestamp: false }, { write: (line: string) => lines.push(line) });
	const problemLog = new ProblemLog(log);
	return {
		/** The messages that one poll led to. */
		poll(result: Outcome['result'], ...problems: Problem[]): string[] {
			lines.length = 0;
			problemLog.poll({ result, startedAtMs: 0, durationSeconds: 0.1, problems });
			return lines.map((line) => JSON.parse(line).msg);
		},
	};
}

function problem(code: string, subject: string): Problem {
	return { code, operation: 'read', subject, message: `${subject} is in trouble` };
}

test('a problem is logged when it begins and when it ends, not while it lasts', () => {
	const log = record();
	const down = problem('unreachable', 'broker 1');
	assert.deepEqual(log.poll('partial', down), ['broker 1 is in trouble']);
	assert.deepEqual(log.poll('partial', down), []);
	assert.deepEqual(log.poll('partial', down), []);
	assert.deepEqual(log.poll('ok'), ['no longer: broker 1 is in trouble']);
	assert.deepEqual(log.poll('ok'), []);
});

test('a change of the problems is logged', () => {
	const log = record();
	const payments = problem('no_leader', 'payments');
	log.poll('partial', problem('no_leader', 'orders'));
	assert.deepEqual(log.poll('partial', payments), ['payments is in trouble']);
	assert.deepEqual(log.poll('partial', payments), []);
	assert.deepEqual(log.poll('partial', payments), ['no longer: orders is in trouble']);
});

test('two problems that come by turns are logged once each', () => {
	const log = record();
	const reset = problem('unreachable', 'broker 1');
	const silent = problem('protocol_error', 'broker 1');
	log.poll('failed', reset);
	log.poll('failed', silent);
	for (let turn = 0; turn < 5; turn++) {
		assert.deepEqual(log.poll('failed', reset), []);
		assert.deepEqual(log.poll('failed', silent), []);
	}
});

test('a poll that reads nothing does not tell that other problems have ended', () => {
	const log = record();
	const down = problem('unreachable', 'broker 1');
	log.poll('partial', problem('commit_beyond_end', 'orders'));
	assert.deepEqual(log.poll('failed', down), ['broker 1 is in trouble']);
	for (let poll = 0; poll < 10; poll++) assert.deepEqual(log.poll('failed', down), []);
	assert.deepEqual(log.poll('partial', problem('commit_beyond_end', 'orders')), [
		'target is read again',
	]);
	assert.deepEqual(log.poll('ok').sort(), [
		'no longer: broker 1 is in trouble',
		'no longer: orders is in trouble',
	]);
});

test('another wording is logged once it has settled', () => {
	const log = record();
	const worded = (message: string) => ({ ...problem('timeout', 'broker 1'), message });
	log.poll('partial', worded('after 3,000 ms'));
	assert.deepEqual(log.poll('partial', worded('after 3,001 ms')), []);
	assert.deepEqual(log.poll('partial', worded('after 3,002 ms')), []);
	assert.deepEqual(log.poll('partial', worded('partitions 1, 2')), []);
	assert.deepEqual(log.poll('partial', worded('partitions 1, 2')), ['partitions 1, 2']);
	assert.deepEqual(log.poll('partial', worded('partitions 1, 2')), []);
});

test('many problems of one kind take a few lines', () => {
	const log = record();
	const many = Array.from({ length: 100 }, (_, index) => problem('no_leader', `topic ${index}`));
	const begun = log.poll('partial', ...many);
	assert.equal(begun.length, 6);
	assert.equal(begun.at(-1), 'and 95 more of the same kind');
	const ended = log.poll('ok');
	assert.equal(ended.length, 6);
	assert.equal(ended.at(-1), 'and 95 more have ended');
});

test('a target that is read again after failures is told', () => {
	const log = record();
	log.poll('failed', problem('unreachable', 'orders'));
	assert.deepEqual(log.poll('ok'), ['no longer: orders is in trouble', 'target is read again']);
});
