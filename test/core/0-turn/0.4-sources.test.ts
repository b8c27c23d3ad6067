import type { FieldValues, JsonValue } from '../../../src/core/model/json';
import {
  findMissingFields,
  getKnownValues,
  hasSameValue,
  type KnownData,
  narrowToKnown,
  toFields,
  viewInstanceData,
  viewSessionData,
  withoutFields,
  withValues,
} from '../../../src/core/model/known-data';
import type { SessionVariable } from '../../../src/core/model/session';

const toValues = (fields: Readonly<Record<string, JsonValue>>): FieldValues => new Map(Object.entries(fields));
const toVariables = (fields: Readonly<Record<string, JsonValue>>): ReadonlyMap<string, SessionVariable> =>
  new Map(
    Object.entries(fields).map(([name, value]) => [name, { value, scope: 'CASE', isPersistedResult: false }] as const),
  );

const own = toValues({ z_own: 1, both: 'own', gone: null });
const session = toVariables({ session: 2, both: 'session', gone: 'old', withdrawn: null, local: 'hidden' });
const customer = toValues({ profile: 3, both: 'profile', withdrawn: 'old', local: 'shown', a_null: null });
const known = viewInstanceData(own, session, customer, new Set(['local']));

/** A field as `[value, has, isNull]`. */
const read = (data: KnownData, name: string) => [data.get(name), data.has(name), data.isNull(name)];
const unknown = [undefined, false, false];
const withdrawn = [undefined, false, true];

describe('0.4: the sources of known data', () => {
  test.each<[string, string, readonly unknown[]]>([
    ['the own variables', 'z_own', [1, true, false]],
    ['the session', 'session', [2, true, false]],
    ['the profile', 'profile', [3, true, false]],
    ['the newest of several', 'both', ['own', true, false]],
    ['a null of the own variables, which hides the session', 'gone', withdrawn],
    ['a null of the session, which hides the profile', 'withdrawn', withdrawn],
    ['a null of the profile', 'a_null', withdrawn],
    ['the profile for a local field, not the session', 'local', ['shown', true, false]],
    ['no source', 'other', unknown],
  ])('0.4: a field is read from %s', (_source, name, expected) => {
    expect(read(known, name)).toEqual(expected);
  });

  test('0.4: the known fields are listed by name', () => {
    expect(known.keys()).toEqual(['both', 'local', 'profile', 'session', 'z_own']);
    expect(known.keys()).toBe(known.keys());
    expect(viewSessionData(session, customer).keys()).toEqual(['both', 'gone', 'local', 'profile', 'session']);
  });

  test('3.2: cleared fields count as withdrawn', () => {
    const cleared = withoutFields(known, new Set(['z_own', 'other']));
    expect(['z_own', 'other', 'gone', 'session', 'unrelated'].map((name) => read(cleared, name))).toEqual([
      withdrawn,
      withdrawn,
      withdrawn,
      [2, true, false],
      unknown,
    ]);
    expect(cleared.keys()).toEqual(['both', 'local', 'profile', 'session']);
  });

  test('11: returned values are newer than all others', () => {
    const returned = withValues(known, toValues({ both: 'returned', gone: 7, a_new: 8 }));
    expect(['both', 'gone', 'a_new', 'session', 'withdrawn', 'other'].map((name) => read(returned, name))).toEqual([
      ['returned', true, false],
      [7, true, false],
      [8, true, false],
      [2, true, false],
      withdrawn,
      unknown,
    ]);
    expect(returned.keys()).toEqual(['a_new', 'both', 'gone', 'local', 'profile', 'session', 'z_own']);
  });
});

describe('0.4: known values', () => {
  test('0.4: are those of the fields that are known, in the given order', () => {
    expect([...getKnownValues(['session', 'gone', 'both', 'other'], known)]).toEqual([
      ['session', 2],
      ['both', 'own'],
    ]);
    expect(getKnownValues(['gone'], known).size).toBe(0);
    expect(findMissingFields(['session', 'gone', 'both', 'other'], known)).toEqual(['gone', 'other']);
  });

  test.each([64, 65])('4: are found for a scenario that collects %i fields', (count) => {
    const names = ['session', 'both', ...Array.from({ length: count - 2 }, (_, index) => `f${index}`)];
    expect([...getKnownValues(narrowToKnown(new Set(names), known), known).keys()].sort()).toEqual(['both', 'session']);
  });

  test('6: the variables of the session include nulls for conditions', () => {
    const fields = toFields(session);
    expect([fields.get('withdrawn'), fields.has('withdrawn'), fields.get('other'), fields.has('other')]).toEqual([
      null,
      true,
      undefined,
      false,
    ]);
    expect([...fields.keys()]).toEqual([...session.keys()]);
  });

  test.each<[string, FieldValues, FieldValues, boolean]>([
    ['equal values', toValues({ x: [1] }), toValues({ x: [1] }), true],
    ['other values', toValues({ x: 1 }), toValues({ x: 2 }), false],
    ['a value and none', toValues({ x: 1 }), toValues({}), false],
    ['none and a value', toValues({}), toValues({ x: 1 }), false],
    ['none in both', toValues({}), toValues({}), true],
  ])('3.9: %s are compared', (_case, a, b, isSame) => {
    expect(hasSameValue(a, b, 'x')).toBe(isSame);
  });
});
