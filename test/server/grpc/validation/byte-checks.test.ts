import {
  getUuidSpelling,
  isUnsafeKey,
  isUtf8Text,
  lowerCaseUuids,
} from '../../../../src/server/grpc/validation/byte-checks';

/** Calls a check with the bytes of a text between other bytes. */
function check<Result>(
  run: (bytes: Uint8Array, start: number, end: number) => Result,
  content: string | Uint8Array,
): Result {
  const bytes = Buffer.concat([Buffer.from('ab'), Buffer.from(content), Buffer.from('cd')]);
  return run(bytes, 2, bytes.length - 2);
}

const uuid = '00112233-4455-6677-8899-aabbccddeeff';

describe('getUuidSpelling', () => {
  test.each([
    [uuid, 'lower case'],
    ['01234567-0123-0123-0123-012345678901', 'lower case'],
    [uuid.toUpperCase(), 'with capitals'],
    ['ffffffff-FFFF-ffff-FFFF-ffffffffffff', 'with capitals'],
    [`${uuid.slice(0, -1)}F`, 'with capitals'],
  ])('reads %s as %s', (text, spelling) => {
    expect(check(getUuidSpelling, text)).toBe(spelling);
  });

  test.each(['', uuid.slice(1), `${uuid}0`, uuid.replaceAll('-', ''), uuid.replace('-', '0')])(
    'rejects "%s"',
    (text) => {
      expect(check(getUuidSpelling, text)).toBe('no uuid');
    },
  );

  test.each(Array.from(uuid, (_, index) => index))('rejects a wrong character at index %d', (index) => {
    for (const wrong of ['g', 'G', '/', ':', '@', '`', '\u0000', '\u007f', uuid[index] === '-' ? '0' : '-']) {
      expect(check(getUuidSpelling, uuid.slice(0, index) + wrong + uuid.slice(index + 1))).toBe('no uuid');
    }
  });

  test('rejects bytes that are not ASCII', () => {
    const bytes = Buffer.from(uuid);
    bytes[0] = 0xb0; // "0" with its high bit set
    expect(check(getUuidSpelling, bytes)).toBe('no uuid');
  });
});

describe('lowerCaseUuids', () => {
  test('changes the capitals of the UUIDs at these positions and nothing else', () => {
    const bytes = Buffer.from(`AB${uuid.toUpperCase()}CD${uuid.toUpperCase()}EF`);
    expect(Buffer.from(lowerCaseUuids(bytes, [2])).toString()).toBe(`AB${uuid}CD${uuid.toUpperCase()}EF`);
    expect(bytes.toString()).toBe(`AB${uuid.toUpperCase()}CD${uuid.toUpperCase()}EF`);
  });
});

describe('isUnsafeKey', () => {
  test('is true for __proto__ only', () => {
    expect(check(isUnsafeKey, '__proto__')).toBe(true);
    for (const key of ['', '__proto_', '__proto___', '__proto_x', 'x_proto__', '__Proto__', 'constructor']) {
      expect(check(isUnsafeKey, key)).toBe(false);
    }
  });
});

describe('isUtf8Text', () => {
  test.each([0, 1, 46, 47, 48, 49, 100])('checks a multi-byte character after %d bytes', (length) => {
    const ascii = Buffer.alloc(length, 0x78);
    expect(check(isUtf8Text, ascii)).toBe(true);
    expect(check(isUtf8Text, Buffer.concat([ascii, Buffer.from('ü字')]))).toBe(true);
    expect(check(isUtf8Text, Buffer.concat([ascii, Buffer.from([0xc3])]))).toBe(false);
    expect(check(isUtf8Text, Buffer.concat([Buffer.from([0xff]), ascii]))).toBe(false);
  });
});
