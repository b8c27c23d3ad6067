import fc from 'fast-check';
import { selectContext } from '../../../src/core/context/selection-context';
import { createNormalizer } from '../../../src/core/fields/normalize-value';
import type { FieldItemType, FieldType, RejectedValue } from '../../../src/core/model/field-definition';
import { type JsonValue, jsonEquals } from '../../../src/core/model/json';
import type { KnownData } from '../../../src/core/model/known-data';
import { Conversation, type TurnDraft } from '../../support/conversation';
import type { FieldDraft } from '../../support/field-definitions';
import { randomSession } from '../../support/random-scenarios';

const names = ['a', 'b', 'c', 'd'];
const minute = 60_000;

/** The field definitions of random sessions. Only fields that tools cannot set have rules that read `data`. */
const definitions: Readonly<Record<string, readonly Omit<FieldDraft, 'name'>[]>> = {
  a: [{}, { type: 'INTEGER' }, { type: 'NUMBER', valid: 'value > 1.0' }, { type: 'TEXT', maxAgeMs: 2 * minute }],
  b: [{}, { sources: ['CALLER'] }, { valid: 'value != 2.0' }, { type: 'LIST', itemType: 'NUMBER' }],
  c: [{}, { sources: ['CUSTOMER', 'CALLER', 'PROFILE'], valid: 'value != data.a' }, { sources: ['TOOL', 'PROFILE'] }],
  d: [{ sources: ['CUSTOMER', 'PROFILE'], valid: 'data.c != value && has(data.a)' }, { type: 'BOOLEAN' }],
};
const fields: fc.Arbitrary<readonly FieldDraft[]> = fc
  .record(Object.fromEntries(names.map((name) => [name, fc.constantFrom(...(definitions[name] ?? []))])))
  .map((chosen) => Object.entries(chosen).map(([name, settings]) => ({ name, ...settings })));

/** Returns the turn without the rejected values. */
function withoutRejected(draft: TurnDraft, rejected: readonly RejectedValue[]): TurnDraft {
  const keep = (values: TurnDraft['patch'], source: RejectedValue['source']) =>
    Object.fromEntries(
      Object.entries(values ?? {}).filter(
        ([name, value]) =>
          !rejected.some(
            (each) => each.fieldName === name && each.source === source && jsonEquals(each.value ?? null, value),
          ),
      ),
    );
  return {
    ...draft,
    customer: keep(draft.customer, 'PROFILE'),
    patch: keep(draft.patch, 'CALLER'),
    variables: keep(draft.variables, 'CUSTOMER'),
    outcomes: (draft.outcomes ?? []).map((outcome) => ({ ...outcome, results: keep(outcome.results, 'TOOL') })),
  };
}

const listKnown = (known: KnownData) => names.map((name) => [name, known.get(name)]);

test('10: a rejected value never changes the known data', () => {
  let rejections = 0;
  fc.assert(
    fc.property(randomSession, fields, ({ scenarios, relationships, settings, turns }, drafts) => {
      const conversation = new Conversation(scenarios, { relationships, settings, fields: drafts });
      turns.forEach((turn, index) => {
        // A list that APPEND or REMOVE leads to is checked as a whole, so its value is not that of the draft.
        const draft = { ...turn, given: [], occurredAt: (index + 1) * minute };
        const context = selectContext(conversation.input(draft));
        const accepted = selectContext(conversation.input(withoutRejected(draft, context.rejectedValues)));
        rejections += context.rejectedValues.length;
        expect(accepted.rejectedValues).toEqual([]);
        expect(listKnown(context.known)).toEqual(listKnown(accepted.known));
        expect(context.changedFields).toEqual(accepted.changedFields);
        expect(context.views.map(({ known }) => listKnown(known))).toEqual(
          accepted.views.map(({ known }) => listKnown(known)),
        );
        expect(context.views.map((view) => view.correctedFields)).toEqual(
          accepted.views.map((view) => view.correctedFields),
        );
        conversation.turn(draft);
      });
    }),
    { numRuns: 200 },
  );
  // Ensures that the random sessions contain enough rejected values to test the property.
  expect(rejections).toBeGreaterThan(100);
});

const types: readonly FieldType[] = [
  'TEXT',
  'NUMBER',
  'INTEGER',
  'BOOLEAN',
  'DATE',
  'TIME',
  'DATETIME',
  'EMAIL',
  'PHONE',
  'ENUM',
  'LIST',
  'OBJECT',
];
const itemTypes = types.filter((type): type is FieldItemType => type !== 'LIST' && type !== 'OBJECT');

test('10: normalizing a value twice changes nothing', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.constantFrom('  x ', 'A', 'true', '2026-11-30', '20261130', '14:30:00', 'a@B.org', '+49 30 1234'),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.double().map(String),
  );
  const values: fc.Arbitrary<JsonValue> = fc.oneof(texts, fc.double({ noNaN: true }), fc.boolean(), fc.array(texts));
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.constantFrom(...itemTypes), values, (type, itemType, value) => {
      const enumValues = [{ value: 'a', synonyms: ['x'] }];
      const normalize = createNormalizer({ type, itemType, values: enumValues });
      const once = normalize(value);
      if (once !== undefined) expect(normalize(once)).toEqual(once);
    }),
    { numRuns: 500 },
  );
});
