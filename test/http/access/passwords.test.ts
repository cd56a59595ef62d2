import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, hashSync } from 'bcryptjs';
import { Passwords } from '../../../src/http/access/passwords.ts';
import { Secret } from '../../../src/options/secret.ts';

function users(given: Readonly<Record<string, string>>): ReadonlyMap<string, Secret> {
	return new Map(
		Object.entries(given).map(([name, word]) => [name, new Secret(hashSync(word, 4))]),
	);
}

test('a user comes in with the password that is theirs, and with no other', async () => {
	const passwords = new Passwords(users({ anna: 'right', berta: 'süß' }), compare);
	for (const [user, password, may] of [
		['anna', 'right', true],
		['anna', 'wrong', false],
		['anna', 'süß', false],
		['berta', 'süß', true],
		['nobody', 'right', false],
		['', '', false],
		['__proto__', 'right', false],
	] as const) {
		for (const _ of ['first', 'remembered']) {
			assert.equal(await passwords.accept(user, password), may, `${user} ${password}`);
		}
	}
});

test('what was compared is remembered, and those who come at once are compared once', async () => {
	const compared: string[] = [];
	const passwords = new Passwords(users({ anna: 'right' }), async (password, hash) => {
		compared.push(password);
		return await compare(password, hash);
	});
	const tried = ['right', 'wrong', 'right', 'wrong', 'right'];
	const answers = await Promise.all(tried.map((password) => passwords.accept('anna', password)));
	assert.deepEqual(answers, [true, false, true, false, true]);
	assert.deepEqual(compared, ['right', 'wrong']);
	// Whoever guesses does not make it forget who was let in.
	for (let guess = 0; guess < 150; guess++) await passwords.accept('anna', `guess ${guess}`);
	assert.equal(await passwords.accept('anna', 'right'), true);
	assert.equal(compared.filter((password) => password === 'right').length, 1);
});

test('who may come in can change, also while a password is compared', async () => {
	const passwords = new Passwords(users({ anna: 'old' }), compare);
	assert.equal(await passwords.accept('anna', 'old'), true);
	const late = passwords.accept('anna', 'new');
	passwords.replace(users({ anna: 'new' }));
	assert.equal(await late, true);
	assert.equal(await passwords.accept('anna', 'old'), false);
	passwords.replace(new Map());
	assert.equal(passwords.areNeeded, false);
});
