import {
  Scenario,
  TransitionTrigger,
  VisitOutcome,
  WhenNotAddressed,
} from '../../../gen/focal/orchestration/v1/scenario';
import { formatProblem, parseScenarioFile } from '../../../src/cli/files';
import { scenarioFromProto } from '../../../src/server/codec/wire/scenario-codec';

const minimal = `
scenario_id: 1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01
name: Greeting
entry_step_id: hello
steps:
  - step_id: hello
    is_terminal: true
`;

function formatProblems(text: string, file = 'a.yaml'): readonly string[] {
  return parseScenarioFile(file, text).problems.map(formatProblem);
}

describe('a valid scenario file', () => {
  test('is parsed to the message, its bytes and the positions of its fields', () => {
    const { scenarios, relationships, problems } = parseScenarioFile('a.yaml', minimal);
    expect(problems).toEqual([]);
    expect(relationships).toEqual([]);
    const [scenario] = scenarios;
    expect(scenario?.message).toMatchObject({ name: 'Greeting', entryStepId: 'hello', enabled: undefined });
    expect(scenario && Scenario.decode(scenario.bytes)).toEqual(scenario?.message);
    expect(scenario?.source.positionAt('steps[0].is_terminal')).toEqual({ line: 7, column: 18 });
  });

  test('can have enum values without their prefix, with it, or with that of an earlier release', () => {
    const { scenarios, problems } = parseScenarioFile(
      'a.yaml',
      `${minimal}    transitions:
      - {target_step_id: hello, trigger: ANYTIME, outcomes: [DECLINED, VISIT_OUTCOME_ACTION_FAILED, STEP_OUTCOME_KIND_CONFIRMED]}
when_not_addressed: PAUSE
`,
    );
    expect(problems).toEqual([]);
    expect(scenarios[0]?.message).toMatchObject({
      whenNotAddressed: WhenNotAddressed.WHEN_NOT_ADDRESSED_PAUSE,
      steps: [
        {
          transitions: [
            {
              trigger: TransitionTrigger.TRANSITION_TRIGGER_ANYTIME,
              outcomes: [
                VisitOutcome.VISIT_OUTCOME_DECLINED,
                VisitOutcome.VISIT_OUTCOME_ACTION_FAILED,
                VisitOutcome.VISIT_OUTCOME_CONFIRMED,
              ],
            },
          ],
        },
      ],
    });
  });

  test('has the short notation of all durations and enums', () => {
    const { scenarios, problems } = parseScenarioFile(
      'a.yaml',
      `${minimal}    ending: FAILED
    speak: WITH_NEXT
    remind_after: 10m
    max_reminders: 2
    tool_bindings: [{tool_id: t, effect: READ}]
    transitions: [{target_step_id: hello, after: 1d, outcomes: [CALL_FAILED]}]
when_displaced: CANCEL
resume: OFFER
`,
    );
    expect(problems).toEqual([]);
    expect(scenarios[0] && scenarioFromProto(scenarios[0].message)).toMatchObject({
      whenDisplaced: 'CANCEL',
      resume: 'OFFER',
      steps: [
        {
          ending: 'FAILED',
          speak: 'WITH_NEXT',
          remindAfterMs: 600_000,
          maxReminders: 2,
          toolBindings: [{ effect: 'READ' }],
          transitions: [{ afterMs: 86_400_000, outcomes: ['CALL_FAILED'] }],
        },
      ],
    });
  });

  test.each([
    ['900s', { seconds: 900, nanos: 0 }],
    ['15m', { seconds: 900, nanos: 0 }],
    ['1h30m', { seconds: 5_400, nanos: 0 }],
    ['2d12h', { seconds: 216_000, nanos: 0 }],
    ['1m0.5s', { seconds: 60, nanos: 500_000_000 }],
  ])('reads the duration %s', (text, duration) => {
    const { scenarios } = parseScenarioFile('a.yaml', `${minimal}idle_timeout: ${text}`);
    expect(scenarios[0]?.message.idleTimeout).toEqual(duration);
  });

  test('can be JSON with a $schema key', () => {
    const json = {
      $schema: '../schemas/scenario.schema.json',
      scenario_id: '1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01',
      name: 'Greeting',
      entry_step_id: 'hello',
      steps: [{ step_id: 'hello', is_terminal: true }],
    };
    const { scenarios, problems } = parseScenarioFile('a.json', JSON.stringify(json, null, 2));
    expect(problems).toEqual([]);
    expect(scenarios[0]?.message).toEqual(parseScenarioFile('a.yaml', minimal).scenarios[0]?.message);
  });

  test('can have several scenarios and relationships, one in each document', () => {
    const { scenarios, relationships, problems } = parseScenarioFile(
      'a.yaml',
      `# the first
---${minimal}---${minimal.replace('4b01', '4b02')}---
relationships:
  - kind: EXCLUDES
    source_id: 1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01
    target_scenario_id: 1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b02
`,
    );
    expect(problems).toEqual([]);
    expect(scenarios.map(({ message }) => message.scenarioId.slice(-4))).toEqual(['4b01', '4b02']);
    expect(relationships.map(({ message }) => message.targetScenarioId.slice(-4))).toEqual(['4b02']);
    expect(relationships[0]?.source.positionAt('kind').line).toBe(18);
  });

  test('can use anchors and aliases', () => {
    const { scenarios, problems } = parseScenarioFile(
      'a.yaml',
      `${minimal}  - step_id: other
    transitions: &transitions
      - target_step_id: hello
  - step_id: third
    transitions: *transitions
`,
    );
    expect(problems).toEqual([]);
    expect(scenarios[0]?.message.steps[2]?.transitions).toMatchObject([{ targetStepId: 'hello' }]);
  });
});

describe('an invalid scenario file', () => {
  test('has all problems reported with line, column and path, in the order of the file', () => {
    const text = `scenario_id: refund
name: 7
enable: yes
priority: 1.5
tags: [a, a]
entry_step_id:
idle_timeout: 15 minutes
migration_step_map: {old: 3}
steps:
  - step_id: a
    collects_profile_fields: order_id
    transitions:
      - target_step_id: b
        trigger: ALWAYS
        outcomes: [DECLINED, DECLINE]
  - just text
`;
    expect(formatProblems(text)).toEqual([
      'a.yaml:1:14: error CONTRACT_RULE: scenario_id: must be a valid UUID',
      'a.yaml:2:7: error WRONG_TYPE: name: must be a string, but is a number; add quotes',
      'a.yaml:3:1: error UNKNOWN_KEY: enable: no such field `enable`; did you mean `enabled`?',
      'a.yaml:4:11: error WRONG_TYPE: priority: must be an integer, -2147483648..2147483647',
      'a.yaml:5:7: error CONTRACT_RULE: tags: must not contain duplicates',
      'a.yaml:6:1: error NO_VALUE: entry_step_id: has no value; set one or remove the key',
      'a.yaml:7:15: error WRONG_TYPE: idle_timeout: must be a duration such as "900s", "15m" or "1h30m" (units d, h, m, s, in this order)',
      'a.yaml:8:27: error WRONG_TYPE: migration_step_map["old"]: must be a string, but is a number; add quotes',
      'a.yaml:11:30: error WRONG_TYPE: steps[0].collects_profile_fields: must be a list, but is a string',
      'a.yaml:14:18: error UNKNOWN_ENUM_VALUE: steps[0].transitions[0].trigger: must be one of ON_COMPLETION, ANYTIME',
      'a.yaml:15:30: error UNKNOWN_ENUM_VALUE: steps[0].transitions[0].outcomes[1]: must be one of CONFIRMED, DECLINED, ACTION_SUCCEEDED, ACTION_FAILED, CALL_SUCCEEDED, CALL_FAILED, CALL_CANCELLED; did you mean DECLINED?',
      'a.yaml:16:5: error WRONG_TYPE: steps[1]: must be a mapping of the fields of ScenarioStep, but is a string',
    ]);
  });

  test.each([
    [
      'a value outside of the limits of the contract',
      `${minimal}max_loop_count: 0`,
      'a.yaml:8:17: error CONTRACT_RULE: max_loop_count: must be greater than or equal to 1 and less than or equal to 1000',
    ],
    [
      'a missing field',
      minimal.replace(/^name.*\n/m, ''),
      'a.yaml:2:1: error MISSING: name: is missing (must be at least 1 characters)',
    ],
    ['a duplicate key', `${minimal}name: Again`, 'a.yaml:8:1: error DUPLICATE_KEY: duplicate key'],
    [
      'invalid YAML',
      `${minimal}tags: [a`,
      'a.yaml:8:9: error SYNTAX: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'a field in lowerCamelCase',
      `${minimal}maxLoopCount: 2`,
      'a.yaml:8:1: error UNKNOWN_KEY: maxLoopCount: no such field `maxLoopCount`; did you mean `max_loop_count`?',
    ],
    [
      'an UNSPECIFIED enum value',
      `${minimal}idle_action: IDLE_ACTION_UNSPECIFIED`,
      'a.yaml:8:14: error UNKNOWN_ENUM_VALUE: idle_action: must be one of PAUSE, CANCEL',
    ],
    [
      'a number outside of the range of its field',
      `${minimal}    transitions: [{target_step_id: hello, condition_embedding: [.nan]}]`,
      'a.yaml:8:65: error WRONG_TYPE: steps[0].transitions[0].condition_embedding[0]: must be a finite number in the range of the field',
    ],
    ['a key that is a number', `${minimal}3: x`, 'a.yaml:8:1: error KEY_NOT_TEXT: a key must be a string; add quotes'],
    [
      '`__proto__` as a key',
      `${minimal}__proto__: {name: x}`,
      'a.yaml:8:1: error UNKNOWN_KEY: __proto__: no such field `__proto__` in Scenario; remove it',
    ],
    [
      'an alias without an anchor',
      `${minimal}tags: *none`,
      'a.yaml:8:7: error UNKNOWN_ANCHOR: anchor &none is not defined above',
    ],
    [
      'an unknown field with a value of another field',
      `${minimal}    transitions: [{target_step_id: hello, when: ANYTIME}]`,
      'a.yaml:8:43: error UNKNOWN_KEY: steps[0].transitions[0].when: no such field `when`; did you mean `trigger`?',
    ],
    ['an unknown tag', `${minimal}description: !secret x`, 'a.yaml:8:14: error SYNTAX: Unresolved tag: !secret'],
    ['only comments', '# later\n', 'a.yaml:1:1: error EMPTY_FILE: contains no scenario'],
    ['a list', '- a\n', 'a.yaml:1:1: error WRONG_TYPE: must be a mapping of the fields of Scenario, but is a list'],
    [
      'relationships and a scenario in one document',
      'relationships: []\nname: x\n',
      'a.yaml:2:1: error UNKNOWN_KEY: name: a document with `relationships` cannot have other keys',
    ],
    [
      'an incomplete relationship',
      'relationships:\n  - kind: EXCLUDES\n    source_id: x\n',
      'a.yaml:2:5: error MISSING: relationships[0].target_scenario_id: is missing (value is empty, which is not a valid UUID)',
    ],
    [
      'the name of a rule instead of its id',
      `relationships:\n  - {kind: EXCLUDES, source_type: RULE, source_id: x, target_scenario_id: Refund}\n`,
      'a.yaml:2:52: error CONTRACT_RULE: relationships[0].source_id: must be a valid UUID',
    ],
  ])('is reported for %s', (_case, text, line) => {
    expect(formatProblems(text)).toContain(line);
  });

  const deeper = (column: number) =>
    `is below a key that already has a value; start it at column ${column} to make it the next key`;
  const misaligned = 'does not line up with the entries above; align it with the entry that it follows';
  test.each([
    [
      'a key that is indented deeper',
      'name: x\n\n  enabled: true\n',
      [`3:3: the line starts at column 3 and ${deeper(1)}`],
    ],
    [
      'a key that is indented deeper below a comment',
      'name: x\n# note\n  enabled: true\n',
      [`3:3: the line starts at column 3 and ${misaligned}`],
    ],
    [
      'a key of a list item that is indented deeper',
      'steps:\n  - step_id: a\n      is_terminal: true\n',
      [`3:7: the line starts at column 7 and ${deeper(5)}`],
    ],
    [
      'a list item that is indented deeper',
      'steps:\n  - a: 1\n      - b: 2\n',
      [`3:7: the line starts at column 7 and ${deeper(5)}`],
    ],
    [
      'a key that is indented less',
      'steps:\n    x: 1\n  y: 2\n',
      [`3:3: the line starts at column 3 and ${misaligned}`],
    ],
    [
      'a key of a list item that is indented less',
      'steps:\n  - a: 1\n   b: 2\n',
      [`3:4: the line starts at column 4 and ${misaligned}`],
    ],
    [
      'a list item that is indented less',
      'steps:\n    - a: 1\n  - b: 2\n',
      [`3:3: the line starts at column 3 and ${misaligned}`],
    ],
    ['a first line that is indented', '  name: x\nentry: y\n', [`2:1: the line starts at column 1 and ${misaligned}`]],
    [
      'two lines with a wrong indentation',
      'steps:\n    x: 1\n  y: 2\n---\nname: x\n  y: 1\n',
      [`3:3: the line starts at column 3 and ${misaligned}`, `6:3: the line starts at column 3 and ${deeper(1)}`],
    ],
  ])('with %s has the line named once', (_case, text, lines) => {
    expect(formatProblems(text)).toEqual(
      lines.map((line) => `a.yaml:${line.replace(': ', ': error INDENTATION: wrong indentation: ')}`),
    );
  });

  test.each([
    ['a tab', 'steps:\n\t- a: 1\n', '2:1: error INDENTATION: the line is indented with a tab; use spaces'],
    ['a colon in a value', 'name: a: b\n', '1:7: error SYNTAX: a value cannot contain `: `; add quotes'],
    ['a line without a colon', 'name: x\nentry y\nz: 1\n', '2:1: error SYNTAX: the line has no `: ` after its key'],
  ])('with %s is reported in words', (_case, text, problem) => {
    expect(formatProblems(text)).toEqual([`a.yaml:${problem}`]);
  });

  test('still returns its valid documents', () => {
    const { scenarios, problems } = parseScenarioFile('a.yaml', `name: 7\n---${minimal}`);
    expect(problems.length).toBeGreaterThan(0);
    expect(scenarios.map(({ message }) => message.name)).toEqual(['Greeting']);
  });

  test('must be JSON if its name ends in .json', () => {
    expect(formatProblems('{"name": "x",}', 'a.json')).toEqual([
      expect.stringMatching(/^a\.json:1:14: error SYNTAX: is not valid JSON: /),
    ]);
    expect(formatProblems('name: x', 'a.json')).toEqual([
      expect.stringMatching(/^a\.json:1:\d: error SYNTAX: is not valid JSON: /),
    ]);
  });
});
