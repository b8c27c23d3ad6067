import { FieldPath } from '../../../../src/server/grpc/validation/field-path';

function createPathWithKey(key: string): string {
  const path = new FieldPath(Buffer.from(`xx${key}xx`));
  path.enterEntry('map');
  path.setKey(2, 2 + Buffer.byteLength(key));
  return path.toText();
}

test('a path has the names of singular fields, the indexes of elements and the keys of entries', () => {
  const path = new FieldPath(Buffer.from('key'));
  path.enter('turn');
  path.enterElement('candidates', 0);
  path.enterEntry('results');
  path.setKey(0, 3);
  path.enter('score');
  expect(path.toText()).toBe('turn.candidates[0].results["key"].score');
  expect(path.depth).toBe(4);
});

test('a field with an empty name is left out, but not its index or key', () => {
  const path = new FieldPath(Buffer.from('key'));
  path.enter('value');
  path.enter('');
  path.enterElement('', 2);
  path.enterEntry('');
  path.setKey(0, 3);
  expect(path.toText()).toBe('value[2]["key"]');
});

test('leaving a field removes it from the path, and a depth limits the text', () => {
  const path = new FieldPath(Buffer.from('key'));
  path.enter('a');
  path.enterEntry('b');
  path.setKey(0, 3);
  path.leave();
  expect(path.toText()).toBe('a');
  path.enterElement('c', 1);
  path.enter('d');
  expect([path.toText(0), path.toText(1), path.toText(2), path.toText()]).toEqual(['', 'a', 'a.c[1]', 'a.c[1].d']);
});

test('an entry without a key has an empty key in the path', () => {
  const path = new FieldPath(Buffer.from('key'));
  path.enterEntry('map');
  expect(path.toText()).toBe('map[""]');
});

test('a key is escaped, and truncated after 100 characters', () => {
  expect(createPathWithKey('a"b\n')).toBe('map["a\\"b\\n"]');
  expect(createPathWithKey('k'.repeat(100))).toBe(`map["${'k'.repeat(100)}"]`);
  expect(createPathWithKey('k'.repeat(101))).toBe(`map["${'k'.repeat(100)}..."]`);
});
