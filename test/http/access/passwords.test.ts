import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, hashSync } from 'bcryptjs';
import { type Asker, Passwords } from '../../../src/http/access/passwords.ts';
import { Secret } from '../../../src/options/secret.ts';

function users(given: Readonly<Record<string, string>>): ReadonlyMap<string, Secret> {
	return new Map(
		Object.entries(given).map(([name, word]) => [name, new Secret(hashSync(word, 4))]),
	);
}

function from(address: string, isGone = () => false): Asker {
	return { address, isGone };
}

const here = from('127.0.0.1');

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
			assert.equal(await passwords.accept(user, password, here), may, `${user} ${password}`);
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
	const answers = await Promise.all(
		tried.map((password) => passwords.accept('anna', password, here)),
	);
	assert.deepEqual(answers, [true, false, true, false, true]);
	assert.deepEqual(compared, ['right', 'wrong']);
	// Whoever guesses does not make it forget who was let in.
	for (let guess = 0; guess < 150; guess++) await passwords.accept('anna', `guess ${guess}`, here);
	assert.equal(await passwords.accept('anna', 'right', here), true);
	assert.equal(compared.filter((password) => password === 'right').length, 1);
});

test('who may come in can change, also while a password is compared', async () => {
	const passwords = new Passwords(users({ anna: 'old' }), compare);
	assert.equal(await passwords.accept('anna', 'old', here), true);
	const late = passwords.accept('anna', 'new', here);
	passwords.replace(users({ anna: 'new' }));
	assert.equal(await late, true);
	assert.equal(await passwords.accept('anna', 'old', here), false);
	passwords.replace(new Map());
	assert.equal(passwords.areNeeded, false);
});

test('who still may come in is not compared again when the others change', async () => {
	let compared = 0;
	const passwords = new Passwords(users({}), async (password, hash) => {
		compared += 1;
		return await compare(password, hash);
	});
	const anna = users({ anna: 'right' });
	passwords.replace(anna);
	assert.equal(await passwords.accept('anna', 'right', here), true);
	passwords.replace(new Map([...anna, ...users({ berta: 'other' })]));
	assert.equal(await passwords.accept('anna', 'right', here), true);
	assert.equal(compared, 1);
	passwords.replace(users({ berta: 'other' }));
	assert.equal(await passwords.accept('anna', 'right', here), false);
	passwords.replace(users({ anna: 'another' }));
	assert.equal(await passwords.accept('anna', 'right', here), false);
});

test('who guesses much waits for himself, and holds up others by two guesses at most', async () => {
	const compared: string[] = [];
	const passwords = new Passwords(users({ anna: 'right' }), async (password, hash) => {
		compared.push(password);
		return await compare(password, hash);
	});
	const guesses = Array.from({ length: 50 }, (_, at) =>
		passwords.accept('anna', `guess ${at}`, from('10.0.0.1')),
	);
	assert.equal(await passwords.accept('anna', 'right', from('10.0.0.2')), true);
	// Behind the guess that is compared already, and the one whose turn is next.
	assert.equal(compared.indexOf('right'), 2);
	assert.deepEqual(new Set(await Promise.all(guesses)), new Set([false]));
	assert.equal(compared.length, 51);
});

test('what nobody waits for any more is not compared, and not remembered as wrong', async () => {
	const compared: string[] = [];
	const passwords = new Passwords(users({ anna: 'right' }), async (password, hash) => {
		compared.push(password);
		return await compare(password, hash);
	});
	let isGone = false;
	const first = passwords.accept('anna', 'first', here);
	const left = ['right', 'wrong'].map((password) =>
		passwords.accept(
			'anna',
			password,
			from('10.0.0.1', () => isGone),
		),
	);
	const stays = passwords.accept('anna', 'wrong', here);
	isGone = true;
	assert.deepEqual(await Promise.all([first, ...left, stays]), [false, false, false, false]);
	assert.deepEqual(compared, ['first', 'wrong']);
	assert.equal(await passwords.accept('anna', 'right', here), true);
});
