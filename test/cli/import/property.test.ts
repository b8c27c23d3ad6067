import fc from 'fast-check';
import { importFiles, listErrors } from './import-files';

// Any combination of constructs imports and validates. golden.test.ts checks that an import is the same the second time.

const slots = ['text_slot', 'bool_slot', 'float_slot', 'kind_slot', 'list_slot', 'any_slot', 'set_slot'] as const;
const anySlot = fc.constantFrom(...slots);
const flowIds = ['one', 'two', 'three'] as const;

/** `then` as the key of a literal would make it look like a promise. */
function createBranch(condition: string, target: unknown): object {
  return Object.fromEntries([
    ['if', condition],
    ['then', target],
  ]);
}

const condition = fc.oneof(
  anySlot.map((slot) => `slots.${slot}`),
  anySlot.map((slot) => `not slots.${slot}`),
  fc
    .tuple(
      anySlot,
      fc.constantFrom('=', '!=', '<', '>', 'is', 'is not', 'contains', 'matches'),
      fc.constantFrom('1', '"a"', 'true', 'null', '{1 2}', 'slots.float_slot'),
    )
    .map((parts) => `slots.${parts.join(' ')}`),
  fc.constantFrom(
    'False',
    'context.x',
    'slots.missing',
    'slots.text_slot and',
    'slots.bool_slot or slots.float_slot > 3',
  ),
);

const work = fc.oneof(
  anySlot.map((slot) => ({ collect: slot })),
  fc
    .tuple(anySlot, condition)
    .map(([slot, rejected]) => ({ collect: slot, rejections: [{ if: rejected, utter: 'utter_no' }] })),
  anySlot.map((slot) => ({ collect: slot, ask_before_filling: true, reset_after_flow_ends: false })),
  fc.constant({ collect: 'bool_slot', ask_before_filling: true }),
  fc.constantFrom({ action: 'utter_a' }, { action: 'do_it' }, { noop: true }, { unknown: 1 }),
  fc
    .tuple(fc.constantFrom('call', 'link'), fc.constantFrom(...flowIds, 'missing', 'pattern_x'))
    .map(([key, flow]) => ({ [key]: flow })),
  fc.tuple(anySlot, fc.constantFrom(null, 1, 'a', true)).map(([slot, value]) => ({ set_slots: [{ [slot]: value }] })),
);

const { steps } = fc.letrec<{ steps: object[]; step: object; target: unknown }>((tie) => ({
  steps: fc.array(tie('step'), { minLength: 1, maxLength: 4 }),
  step: fc
    .tuple(
      work,
      fc.option(fc.constantFrom('first', 'second'), { nil: undefined }),
      fc.option(tie('target'), { nil: undefined }),
    )
    .map(([own, id, next]) => {
      return { ...own, ...(id === undefined ? {} : { id }), ...(next === undefined ? {} : { next }) };
    }),
  target: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom<unknown>('END', 'first', 'second', 'nowhere'),
    fc
      .tuple(condition, tie('steps'), tie('steps'))
      .map(([own, then, otherwise]) => [createBranch(own, then), { else: otherwise }]),
    fc
      .tuple(condition, fc.constantFrom('END', 'first'))
      .map(([own, then]) => [createBranch(own, then), createBranch('slots.any_slot', 'END')]),
  ),
}));

const flow = fc.record(
  { name: fc.constantFrom('A flow', 'B'), if: condition, persisted_slots: fc.uniqueArray(anySlot), steps },
  { requiredKeys: ['steps'] },
);

const domain = {
  slots: {
    text_slot: { type: 'text', mappings: [{ type: 'from_llm' }] },
    bool_slot: { type: 'bool' },
    float_slot: { type: 'float', initial_value: 2 },
    kind_slot: { type: 'categorical', values: ['a', 'b'] },
    list_slot: { type: 'list' },
    any_slot: { type: 'any' },
    set_slot: { type: 'bool', mappings: [{ type: 'controlled' }] },
  },
  responses: { utter_ask_bool_slot: [{ text: 'Sure, {text_slot}?' }], utter_no: [{ text: 'No.' }] },
};

const test_cases = [
  {
    test_case: 'a test',
    steps: [
      { user: 'Hi', assertions: [{ bot_uttered: { utter_name: 'utter_a' } }] },
      { user: 'Yes', assertions: [{ slot_was_set: [{ name: 'bool_slot', value: true }] }] },
    ],
  },
];

test('any flows import, validate, and report positions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom(...flowIds), flow, { minKeys: 1 }), async (flows) => {
      const files = {
        'flows.yml': JSON.stringify({ flows }),
        'domain.yml': JSON.stringify(domain),
        'test.yml': JSON.stringify({ test_cases }),
      };
      const project = await importFiles(files);
      expect(project.problems).toEqual([]);
      expect(listErrors(project)).toEqual([]);
      expect(project.items.every(({ line, column }) => line > 0 && column > 0)).toBe(true);
    }),
    { numRuns: 25 },
  );
});
