import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from '../../../src/http/page/html.ts';
import { name, shortName } from '../../../src/http/page/name.ts';

test('what is put into a template is text, whatever it looks like', () => {
	const nasty = `</td><script>alert("1")</script>&amp;'`;
	assert.equal(
		html`<td title="${nasty}">${nasty}</td>`.text,
		'<td title="&lt;/td&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;&#39;">&lt;/td&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;&#39;</td>',
	);
});

test('templates in templates and lists of them stay markup, nothing is nothing', () => {
	const items = ['<a>', '<b>'].map((item) => html`<li>${item}</li>`);
	assert.equal(
		html`<ul>${items}</ul>${undefined}${0}`.text,
		'<ul><li>&lt;a&gt;</li><li>&lt;b&gt;</li></ul>0',
	);
});

test('a name has a writing direction of its own, and nothing in it is invisible', () => {
	assert.equal(name('שלום').text, '<bdi>שלום</bdi>');
	assert.equal(name('a\u202egnp.exe\n\u0000').text, '<bdi>a\\u202egnp.exe\\n\\u0000</bdi>');
});

test('a long name is cut in the middle, between characters', () => {
	assert.equal(shortName('x'.repeat(100)).text, `<bdi>${'x'.repeat(100)}</bdi>`);
	const { text } = shortName(`${'😀'.repeat(2000)}end`);
	assert.equal(text, `<bdi>${'😀'.repeat(75)}…${'😀'.repeat(22)}end</bdi>`);
});
