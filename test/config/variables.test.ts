import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandVariables } from '../../src/config/variables.ts';

const env = { A: 'a', B: 'b', EMPTY: '', NESTED: '${A}', DOLLARS: '$$1 $& $$', _x1: 'x' };

for (const [source, text] of [
	['plain', 'plain'],
	['${A}', 'a'],
	['x${A}y${B}z', 'xaybz'],
	['${_x1}', 'x'],
	['${EMPTY}', ''],
	['${A:-d}', 'a'],
	['${EMPTY:-d}', 'd'],
	['${NONE:-d}', 'd'],
	['${NONE:-}', ''],
	['${NONE:-a b:c-d?e}', 'a b:c-d?e'],
	['${NONE:-$$}', '$'],
	['${NONE:-two\nlines}', 'two\nlines'],
	['${A:?say a}', 'a'],
	['$$', '$'],
	['$${A}', '${A}'],
	['$$$A', '$$A'],
	['$A $ A$', '$A $ A$'],
	['$MQTT_*', '$MQTT_*'],
	['/^a$/', '/^a$/'],
	['${NESTED}', '${A}'],
	['${DOLLARS}', '$$1 $& $$'],
] as const) {
	test(`${source} becomes ${text}`, () => {
		assert.deepEqual(
			{ text: expandVariables(source, env).text, mistakes: expandVariables(source, env).mistakes },
			{ text, mistakes: [] },
		);
	});
}

const forms = /^expected \$\{VAR\}, \$\{VAR:-default\} or \$\{VAR:\?message\}/;

for (const [source, ...messages] of [
	['${NONE}', /^the variable NONE is not set$/],
	['${NONE:?}', /^the variable NONE is not set$/],
	['${NONE:?say none}', /^the variable NONE is not set: say none$/],
	['${EMPTY:?say empty}', /^the variable EMPTY is empty: say empty$/],
	['${toString}', /^the variable toString is not set$/],
	['${NONE} ${A} ${NO}', /NONE/, /NO /],
	['${', forms],
	['${A', forms],
	['${}', forms],
	['${1A}', forms],
	['${A-d}', forms],
	['${A:d}', forms],
	['${A:=d}', forms],
	['${A:+d}', forms],
	['${ A }', forms],
	['${A:-${B}}', forms],
] as const) {
	test(`${source} is a mistake`, () => {
		const { mistakes } = expandVariables(source, env);
		assert.equal(mistakes.length, messages.length);
		for (const [at, message] of messages.entries()) assert.match(mistakes[at] ?? '', message);
	});
}

test('the variables that a text asks for are told, set or not', () => {
	assert.deepEqual(expandVariables('${A} ${NONE:-d} $$B', env).asked, ['A', 'NONE']);
});
