import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiVersions } from '../../../../src/targets/kafka/protocol/api-versions.ts';
import { consumerGroupDescribe } from '../../../../src/targets/kafka/protocol/consumer-group-describe.ts';
import { listOffsets } from '../../../../src/targets/kafka/protocol/list-offsets.ts';
import { offsetFetch } from '../../../../src/targets/kafka/protocol/offset-fetch.ts';
import { MalformedAnswerError, Reader } from '../../../../src/targets/kafka/protocol/reader.ts';
import { commonVersion, type Request } from '../../../../src/targets/kafka/protocol/request.ts';
import { Writer } from '../../../../src/targets/kafka/protocol/writer.ts';

function written(write: (writer: Writer) => void): string {
	const writer = new Writer();
	write(writer);
	return writer.bytes().toString('hex');
}

function reader(hex: string): Reader {
	return new Reader(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

function requestBytes<Arguments>(
	request: Request<Arguments, unknown>,
	args: Arguments,
	version: number,
): string {
	return written((writer) => request.write(writer, args, version));
}

test('a name of any bytes is shown as valid text, and written as its own bytes again', () => {
	for (const hex of ['61ff62', 'c3a9', '5c78666600', 'edb080', '5c', '']) {
		const bytes = Buffer.from(hex, 'hex');
		const encoded = `${(bytes.length + 1).toString(16).padStart(2, '0')}${hex}`;
		const shown = reader(encoded).string();
		assert.equal(
			written((writer) => writer.string(shown)),
			encoded,
			shown ?? 'null',
		);
	}
	assert.equal(reader('0461ff62').string(), 'a\\xffb');
});

test('integers are written big-endian', () => {
	assert.equal(
		written((writer) => writer.int8(-1).int32(-2).int64(-3)),
		'fffffffffefffffffffffffffd',
	);
});

test('variable-length integers take seven bits a byte', () => {
	for (const [value, hex] of [
		[0, '00'],
		[127, '7f'],
		[128, '8001'],
		[300, 'ac02'],
		[2 ** 31 - 1, 'ffffffff07'],
	] as const) {
		assert.equal(
			written((writer) => writer.unsignedVarint(value)),
			hex,
		);
		assert.equal(reader(hex).unsignedVarint(), value);
	}
});

test('strings are written with their length in bytes, not in characters', () => {
	assert.equal(
		written((writer) => writer.string('é').string('').string(null)),
		'03c3a90100',
	);
});

test('the buffer grows with what is written', () => {
	const long = 'x'.repeat(30_000);
	const writer = new Writer();
	writer.string('before').string(long).string('after');
	const read = new Reader(writer.bytes());
	assert.deepEqual(
		[read.string(), read.string()?.length, read.string()],
		['before', 30_000, 'after'],
	);
	assert.equal(read.left, 0);
});

test('offsets below 2^53 are exact, and beyond they are not read', () => {
	assert.equal(reader('001fffffffffffff').int64(), 2 ** 53 - 1);
	assert.equal(reader('ffffffffffffffff').int64(), -1);
	assert.equal(reader('0020000000000000').int64(), Number.NaN);
	assert.equal(reader('7fffffffffffffff').int64(), Number.NaN);
});

const malformed: readonly (readonly [
	name: string,
	hex: string,
	read: (from: Reader) => unknown,
])[] = [
	['an integer that is cut short', '0000', (from) => from.int32()],
	['a string longer than what is left', '0aff', (from) => from.string()],
	['a text longer than the protocol has', '81800200', (from) => from.string()],
	['an array of more elements than bytes', 'ffffff7f', (from) => from.array(() => from.int8())],
	['a fixed array of more elements than bytes', '7fffffff', (from) => from.fixedCount()],
	['a variable-length integer without end', 'ffffffffffff', (from) => from.unsignedVarint()],
	['tagged fields longer than what is left', '0100ff01', (from) => from.tags()],
];

for (const [name, hex, read] of malformed) {
	test(`${name} is a malformed answer`, () => {
		assert.throws(() => read(reader(hex)), MalformedAnswerError);
	});
}

test('tagged fields are skipped', () => {
	const from = reader('02 00 02 aabb 05 00 01');
	from.tags();
	assert.equal(from.int8(), 1);
});

test('ApiVersions has no tagged fields in the version that every broker answers', () => {
	assert.equal(requestBytes(apiVersions, undefined, 0), '');
	const { errorCode, versions } = apiVersions.read(
		reader('0000 00000002 0003 0000 000d 0009 0001 000a'),
		0,
	);
	assert.equal(errorCode, 0);
	assert.deepEqual(
		[...versions],
		[
			[3, [0, 13]],
			[9, [1, 10]],
		],
	);
});

test('OffsetFetch asks for all topics of several groups, without waiting for transactions', () => {
	assert.equal(
		requestBytes(offsetFetch, ['a', 'b'], 8),
		['03', '0261', '00', '00', '0262', '00', '00', '00', '00'].join(''),
	);
	assert.equal(
		requestBytes(offsetFetch, ['a'], 9),
		['02', '0261', '00', 'ffffffff', '00', '00', '00', '00'].join(''),
	);
});

test('OffsetFetch gives offsets as columns, with the errors of partitions beside them', () => {
	const group = [
		'0262', // b
		'02', // one topic
		'0274', // t
		'03', // two partitions
		['00000000', '0000000000000007', 'ffffffff', '01', '0000', '00'],
		['00000001', 'ffffffffffffffff', 'ffffffff', '00', '0058', '00'],
		'00',
		'0000',
		'00',
	].flat();
	const [read] = offsetFetch.read(reader(['02', ...group, '00'].join('')), 8);
	assert.equal(read?.groupId, 'b');
	const [topic] = read?.topics ?? [];
	assert.equal(topic?.topic, 't');
	assert.deepEqual([topic?.from, topic?.to], [0, 2]);
	assert.deepEqual([...(topic?.rows.partitions ?? [])].slice(0, 2), [0, 1]);
	assert.deepEqual([...(topic?.rows.offsets ?? [])].slice(0, 2), [7, -1]);
	assert.deepEqual([...(topic?.rows.errorCodes ?? [])].slice(0, 2), [0, 88]);
});

test('ListOffsets tells no leader epoch, and a time limit where the version has one', () => {
	const args = {
		at: -1,
		topics: [{ topic: 't', partitions: [5] }],
		timeoutMs: 1000,
		isolation: 'read_uncommitted',
	} as const;
	const common = 'ffffffff 00 02 0274 02 00000005 ffffffff ffffffffffffffff 00 00'.replaceAll(
		' ',
		'',
	);
	assert.equal(requestBytes(listOffsets, args, 9), `${common}00`);
	assert.equal(requestBytes(listOffsets, args, 10), `${common}000003e800`);
});

test('the newest version that both sides speak is used', () => {
	const request = { key: 9, versions: [8, 9] } as const;
	const offered = (lowest: number, highest: number) =>
		commonVersion(request, new Map([[9, [lowest, highest]]]));
	assert.equal(offered(1, 10), 9);
	assert.equal(offered(0, 8), 8);
	assert.equal(offered(9, 12), 9);
	assert.equal(offered(0, 7), undefined);
	assert.equal(offered(10, 12), undefined);
	assert.equal(commonVersion(request, new Map()), undefined);
});

test('a member of KIP-848 tells in version 1 whether it speaks the classic protocol, in 0 it does not', () => {
	for (const version of [0, 1]) {
		const assignment = (writer: Writer) =>
			writer
				.array(['orders'], (_, topic) => {
					writer.int64(0).int64(0).string(topic);
					writer.array([3], (_, partition) => writer.int32(partition)).tags();
				})
				.tags();
		const member = (writer: Writer) => {
			writer.string('id').string(null).string(null).int32(7).string('client').string('host');
			writer.array(['orders'], (_, topic) => writer.string(topic)).string(null);
			assignment(writer);
			assignment(writer);
			if (version === 1) writer.int8(1);
			writer.tags();
		};
		const hex = written((writer) => {
			writer.array(['first', 'second'], (_, groupId) => {
				writer.int8(0).int8(0).string(null).string(groupId).string('Stable');
				writer.int32(1).int32(1).string('uniform');
				writer.array([member, member], (_, write) => write(writer)).int32(-1);
				writer.tags();
			});
			writer.tags();
		});
		const members = [{ topics: ['orders'] }, { topics: ['orders'] }];
		const described = consumerGroupDescribe.read(reader(hex), version);
		assert.deepEqual(
			described.map(({ groupId, members }) => ({ groupId, members })),
			[
				{ groupId: 'first', members },
				{ groupId: 'second', members },
			],
		);
	}
});
