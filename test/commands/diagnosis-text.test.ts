import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	type Diagnosis,
	formatDiagnosis,
	formatSummary,
	isFine,
} from '../../src/commands/diagnosis-text.ts';
import type { Outcome } from '../../src/poll/outcome.ts';
import type { Trial } from '../../src/targets/trial.ts';

const outcome: Outcome = {
	result: 'ok',
	startedAtMs: 0,
	durationSeconds: 0.0123,
	reading: {
		streams: [{ name: 'orders' }],
		groups: [],
		unread: [],
		complete: true,
		problems: [],
		partitionDetail: false,
	},
	problems: [],
};

const allowed: Trial = {
	operation: 'connect',
	subject: 'a:1',
	state: 'allowed',
	answer: 'Redis 7',
};
const refused: Trial = {
	operation: 'XRANGE',
	subject: 'a:1',
	state: 'refused',
	answer: 'NOPERM',
	permission: '+xrange',
	lost: 'ages',
};
const failed: Trial = { operation: 'TIME', subject: '', state: 'failed', answer: 'no answer' };
const problem = { code: 'timeout', operation: 'time', message: 'no answer' };

function diagnosis(trials: readonly Trial[], more: Partial<Diagnosis> = {}): Diagnosis {
	return { target: 'cache', platform: 'redis', trials, grants: [], outcome, ...more };
}

test('each trial is a line, and what is missing and lost stands below it', () => {
	assert.equal(
		formatDiagnosis(diagnosis([allowed, refused, failed], { grants: ['ACL SETUSER a +xrange'] })),
		`cache (redis)
  allowed      connect  a:1: Redis 7
  REFUSED      XRANGE   a:1: NOPERM
                        missing: +xrange
                        lost without it: ages
  FAILED       TIME     no answer

  A whole poll read 1 stream and 0 consumer groups, in 0.01 s; no problem.

  To grant what is missing:
    ACL SETUSER a +xrange
`,
	);
});

test('many problems of a poll are cut short', () => {
	const problems = Array.from({ length: 12 }, () => problem);
	const text = formatDiagnosis(diagnosis([allowed], { outcome: { ...outcome, problems } }));
	assert.match(text, /in 0\.01 s; 12 problems:\n( {4}timeout: no answer\n){10} {4}and 2 more\n/);
});

test('what a server says can neither break a line nor colour the terminal', () => {
	const hostile: Trial = { ...failed, answer: 'a\nREFUSED\u001b[31m' };
	const text = formatDiagnosis(diagnosis([hostile]));
	assert.match(text, /a\\nREFUSED\\u001b\[31m/);
	assert.ok(!text.includes('\u001b'));
});

const unsupported: Trial = {
	operation: 'EVAL_RO',
	subject: '',
	state: 'unsupported',
	lost: 'speed',
};
const untried: Trial = { operation: 'keys', subject: '', state: 'untried' };
const { outcome: _, ...unread } = diagnosis([allowed]);

const cases: readonly (readonly [Diagnosis, fine: boolean, verdict: string])[] = [
	[diagnosis([allowed]), true, 'all is fine'],
	[diagnosis([allowed, unsupported, untried]), true, 'all is fine'],
	[diagnosis([allowed, refused, refused]), false, '2 operations refused'],
	[diagnosis([failed, refused]), false, '1 operation refused, 1 operation failed'],
	[
		diagnosis([allowed], { outcome: { ...outcome, problems: [problem] } }),
		false,
		'1 problem in a poll',
	],
	[unread, false, 'nothing was read'],
	[{ ...unread, trials: [failed] }, false, '1 operation failed, nothing was read'],
];

for (const [one, fine, verdict] of cases) {
	test(`${one.trials.map(({ state }) => state).join(', ')}: ${verdict}`, () => {
		assert.equal(isFine(one), fine);
		assert.equal(formatSummary([one]), `cache: ${verdict}\n`);
	});
}
