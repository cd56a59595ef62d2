import { z } from 'zod';
import { checkTwins, secretFile } from '../../options/file.ts';
import { quoted } from '../../options/quoted.ts';
import { secret } from '../../options/secret.ts';
import { text } from '../../options/text.ts';
import { thorough } from '../../options/thorough.ts';

const tokenUrl = z.string().check((context) => {
	const url = URL.canParse(context.value) ? new URL(context.value) : undefined;
	const isPlain = url !== undefined && url.username === '' && url.password === '';
	if (isPlain && ['http:', 'https:'].includes(url.protocol)) return;
	// What has an @ may hold a password.
	const got = context.value.includes('@') ? '' : `, got ${quoted(context.value)}`;
	context.issues.push({
		code: 'custom',
		input: context.value,
		message: `expected a URL such as https://login.example.com/oauth/token${got}`,
	});
});

const passwordKeys = ['username', 'password', 'password_file'] as const;
const tokenKeys = [
	'token_url',
	'client_id',
	'client_secret',
	'client_secret_file',
	'scope',
] as const;

/** How to log in: by a password, or by tokens from an endpoint. */
export const sasl = z
	.strictObject({
		mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']),
		username: text.optional(),
		password: secret.optional(),
		password_file: secretFile.optional(),
		/** `oauthbearer`: where tokens are had, by OAuth's client credentials. */
		token_url: tokenUrl.optional(),
		client_id: text.optional(),
		client_secret: secret.optional(),
		client_secret_file: secretFile.optional(),
		scope: text.optional(),
	})
	.superRefine((given, context) => {
		const refuse = (key: string, message: string) =>
			context.addIssue({ code: 'custom', path: [key], message });
		const needs = (key: 'username' | 'token_url' | 'client_id') => {
			if (given[key] === undefined) refuse(key, `missing, mechanism ${given.mechanism} needs one`);
		};
		const byToken = given.mechanism === 'oauthbearer';
		for (const key of byToken ? passwordKeys : tokenKeys) {
			if (given[key] === undefined) continue;
			refuse(
				key,
				byToken ? 'mechanism oauthbearer has none' : 'only mechanism oauthbearer has one',
			);
		}
		if (byToken) {
			needs('token_url');
			needs('client_id');
			if (checkTwins(given, 'client_secret', context)) return;
			refuse('client_secret', 'missing: give it, or client_secret_file');
		} else {
			needs('username');
			if (checkTwins(given, 'password', context)) return;
			refuse('password', 'missing: give it, or password_file');
		}
	}, thorough);

export type Sasl = z.output<typeof sasl>;
