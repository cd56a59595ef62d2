import assert from 'node:assert/strict';
import { test } from 'node:test';
import { credentials } from '../../../src/http/access/basic-auth.ts';

function basic(text: string): string {
	return `Basic ${Buffer.from(text).toString('base64')}`;
}

test('user and password stand before and after the first colon, in UTF-8', () => {
	assert.deepEqual(credentials(basic('anna:to:day')), { user: 'anna', password: 'to:day' });
	assert.deepEqual(credentials(basic('jürgen:süß')), { user: 'jürgen', password: 'süß' });
	assert.deepEqual(credentials(basic(':')), { user: '', password: '' });
	assert.deepEqual(credentials(basic('anna:x').replace('Basic', 'bAsIc')), {
		user: 'anna',
		password: 'x',
	});
});

test('whatever else there is in the header is nobody', () => {
	const others = [undefined, '', 'Basic', 'Basic ', 'Bearer abc', basic('anna'), 'Basic a:b', 'x'];
	for (const header of others) assert.equal(credentials(header), undefined, header);
});
