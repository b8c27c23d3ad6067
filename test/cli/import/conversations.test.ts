import { importFiles, readImported } from './import-files';

const project = {
  'flows.yml': `flows:
  order:
    steps:
      - collect: dish
      - action: check_kitchen
        next:
          - if: slots.kitchen = "open"
            then: confirm
          - else:
              - action: utter_closed
                next: END
      - id: confirm
        collect: order_is_right
        ask_before_filling: true
        next:
          - if: slots.order_is_right
            then:
              - action: utter_ordered
                next: END
          - else:
              - action: utter_dropped
                next: END
  hours:
    steps: [{action: utter_hours}]
  address:
    steps: [{action: utter_hours}]
`,
  'domain.yml': `slots:
  dish: {type: text, mappings: [{type: from_llm}]}
  order_is_right: {type: bool, mappings: [{type: from_llm}]}
  kitchen: {type: text, mappings: [{type: controlled}]}
responses:
  utter_ask_dish: [{text: Which dish?}]
  utter_ask_order_is_right: [{text: "{dish}?"}]
`,
};

/** Imports one test. Returns its turns and the lines of the report about it. */
async function importTest(steps: string): Promise<{ readonly turns: unknown; readonly lines: readonly string[] }> {
  const imported = await importFiles({ ...project, 'test.yml': `test_cases:\n  - test_case: t\n    steps:\n${steps}` });
  const lines = imported.items
    .filter(({ file }) => file === 'test.yml')
    .map(({ line, kind, construct, reason }) => `${line} ${kind} ${construct}: ${reason}`);
  const isWritten = imported.files.some(({ path }) => path === 'conversations/t.yaml');
  const content = isWritten ? (readImported(imported, 'conversations/t.yaml') as { turns: unknown }) : { turns: [] };
  return { turns: content.turns, lines };
}

const start =
  '      - user: Hungry\n        assertions: [{flow_started: order}, {bot_uttered: {utter_name: utter_ask_dish}}]\n';
const dish = `      - user: Soup
        assertions:
          - slot_was_set: [{name: dish, value: soup}, {name: kitchen, value: open}]
          - bot_uttered: {utter_name: utter_ask_order_is_right}
`;
const startTurn = {
  message: 'Hungry',
  candidates: [{ scenario_id: 'order', score: 0.9 }],
  expect: { at: { order: 'collect_dish' }, asks: { order: ['dish'] } },
};
const dishTurns = [
  {
    message: 'Soup',
    situation: { candidate_variables: [{ name: 'dish', value: 'soup' }] },
    expect: { hints: { order: ['check_kitchen'] } },
  },
  {
    trigger: 'TOOL_RESULTS',
    step_outcomes: [
      { instance_id: 'order', kind: 'ACTION_SUCCEEDED', tool_id: 'check_kitchen', results: { kitchen: 'open' } },
    ],
    expect: { confirms: { order: { dish: 'soup' } } },
  },
];

test.each([
  {
    rule: 'a slot of the customer is a value of the message, and a slot that only an action sets is a result of its tool',
    steps: `${start}${dish}`,
    turns: [startTurn, ...dishTurns],
  },
  {
    rule: 'the slot of a confirmation is a yes or no',
    steps: `${start}${dish}      - user: "Yes"\n        assertions: [{slot_was_set: [{order_is_right: true}]}, {bot_uttered: {utter_name: utter_ordered}}, {flow_completed: {flow_id: order}}]\n`,
    turns: [
      startTurn,
      ...dishTurns,
      {
        message: 'Yes',
        step_outcomes: [{ instance_id: 'order', kind: 'CONFIRMED' }],
        expect: { informs: { order: ['utter_ordered'] }, at: { order: 'utter_ordered' } },
      },
    ],
  },
  {
    rule: 'an answer that the test does not state is found if only one fulfills the test',
    steps: `${start}${dish}      - user: Hm\n        assertions: [{bot_uttered: {utter_name: utter_dropped}}]\n`,
    turns: [
      startTurn,
      ...dishTurns,
      {
        message: 'Hm',
        step_outcomes: [{ instance_id: 'order', kind: 'DECLINED' }],
        expect: { informs: { order: ['utter_dropped'] } },
      },
    ],
    lines: ['10 CHANGED test "t": user: Hm: the test does not state the answer no; with it, all expectations hold'],
  },
  {
    rule: 'a result that the test does not state is found among the values that branches compare',
    steps: `${start}      - user: /SetSlots(dish=soup)\n        assertions: [{bot_uttered: {utter_name: utter_ask_order_is_right}}]\n`,
    turns: [startTurn, { ...dishTurns[0], message: '/SetSlots(dish=soup)' }, dishTurns[1]],
    lines: [
      '6 CHANGED test "t": user: /SetSlots(dish=soup): the test does not state that a tool returns kitchen = "open"; with it, all expectations hold',
    ],
  },
  {
    rule: 'a flow that is cancelled gets the signal CANCEL',
    steps: `${start}      - user: Stop\n        assertions: [{flow_cancelled: {flow_id: order}}]\n`,
    turns: [
      startTurn,
      {
        message: 'Stop',
        situation: { signals: [{ signal: 'CANCEL', scenario_ids: ['order'] }] },
        expect: { cancelled: { order: 'USER_REQUEST' } },
      },
    ],
  },
  {
    rule: 'a test ends where two flows fulfill it',
    steps: `${start}      - user: When?\n        assertions: [{bot_uttered: {utter_name: utter_hours}}]\n`,
    turns: [startTurn],
    lines: [
      '6 NOT_CARRIED_OVER test "t": user: When?: the test holds in several ways: that flow "hours" starts; that flow "address" starts',
    ],
  },
  {
    rule: 'a test ends where no way fulfills it, with what was decided',
    steps: `${start}      - user: Soup\n        assertions: [{bot_uttered: {utter_name: utter_ordered}}]\n`,
    turns: [startTurn],
    lines: [
      '7 NOT_CARRIED_OVER test "t": user: Soup: expects response "utter_ordered"; decided is {"at":{"order":"collect_dish"},"asks":{"order":["dish"]},"informs":{},"confirms":{}}',
    ],
  },
  {
    rule: 'a test that does not tell which flow starts is not written',
    steps: '      - user: Hi\n',
    turns: [],
    lines: ['4 NOT_CARRIED_OVER test "t": user: Hi: the test does not state what starts or what the customer answers'],
  },
  {
    rule: 'values and texts without a place are reported, and the turn is kept',
    steps: `${start}      - user: Hm\n        assertions: [{slot_was_set: [{name: kitchen, value: open}]}, {bot_uttered: {text_matches: x}}, {bot_uttered: {utter_name: utter_other}}]\n`,
    turns: [startTurn, { message: 'Hm' }],
    lines: [
      '7 NOT_CARRIED_OVER test "t": slot "kitchen" = "open": the turn has no place for the value',
      '7 NOT_CARRIED_OVER test "t": bot_uttered: the expectation is about texts or about what happens before the first message, not about decisions',
      '7 NOT_CARRIED_OVER test "t": response "utter_other": no scenario decides it',
    ],
  },
])('$rule', async ({ steps, turns, lines = [] }) => {
  const imported = await importTest(steps);
  expect(imported.turns).toEqual(turns);
  expect(imported.lines).toEqual(lines);
});
