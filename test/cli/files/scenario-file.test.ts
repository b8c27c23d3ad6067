import {
  Scenario,
  StepOutcomeKind,
  TransitionTrigger,
  WhenNotAddressed,
} from '../../../gen/focal/orchestration/v1/scenario';
import { formatProblem, parseScenarioFile } from '../../../src/cli/files';

const smallest = `
scenario_id: 1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01
name: Greeting
entry_step_id: hello
steps:
  - step_id: hello
    is_terminal: true
`;

function linesOf(text: string, file = 'a.yaml'): readonly string[] {
  return parseScenarioFile(file, text).problems.map(formatProblem);
}

describe('a scenario file that is right', () => {
  test('gives the message, its bytes and where its fields are', () => {
    const { scenarios, relationships, problems } = parseScenarioFile('a.yaml', smallest);
    expect(problems).toEqual([]);
    expect(relationships).toEqual([]);
    const [scenario] = scenarios;
    expect(scenario?.message).toMatchObject({ name: 'Greeting', entryStepId: 'hello', enabled: undefined });
    expect(scenario && Scenario.decode(scenario.bytes)).toEqual(scenario?.message);
    expect(scenario?.source.positionAt('steps[0].is_terminal')).toEqual({ line: 7, column: 18 });
  });

  test('gives enum values without their prefix, or with it', () => {
    const { scenarios, problems } = parseScenarioFile(
      'a.yaml',
      `${smallest}    transitions:
      - {target_step_id: hello, trigger: ANYTIME, outcomes: [DECLINED, STEP_OUTCOME_KIND_ACTION_FAILED]}
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
              outcomes: [StepOutcomeKind.STEP_OUTCOME_KIND_DECLINED, StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_FAILED],
            },
          ],
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
    const { scenarios } = parseScenarioFile('a.yaml', `${smallest}idle_timeout: ${text}`);
    expect(scenarios[0]?.message.idleTimeout).toEqual(duration);
  });

  test('may be JSON, with the schema that its editor shall use', () => {
    const json = {
      $schema: '../schemas/scenario.schema.json',
      scenario_id: '1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01',
      name: 'Greeting',
      entry_step_id: 'hello',
      steps: [{ step_id: 'hello', is_terminal: true }],
    };
    const { scenarios, problems } = parseScenarioFile('a.json', JSON.stringify(json, null, 2));
    expect(problems).toEqual([]);
    expect(scenarios[0]?.message).toEqual(parseScenarioFile('a.yaml', smallest).scenarios[0]?.message);
  });

  test('may hold several scenarios and relationships, a document each', () => {
    const { scenarios, relationships, problems } = parseScenarioFile(
      'a.yaml',
      `# the first
---${smallest}---${smallest.replace('4b01', '4b02')}---
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

  test('may repeat itself by anchors', () => {
    const { scenarios, problems } = parseScenarioFile(
      'a.yaml',
      `${smallest}  - step_id: other
    transitions: &ways
      - target_step_id: hello
  - step_id: third
    transitions: *ways
`,
    );
    expect(problems).toEqual([]);
    expect(scenarios[0]?.message.steps[2]?.transitions).toMatchObject([{ targetStepId: 'hello' }]);
  });
});

describe('a scenario file that is wrong', () => {
  test('is told everything at once, each at its line, column and path, in the order of the file', () => {
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
    expect(linesOf(text)).toEqual([
      'a.yaml:1:14: error CONTRACT_RULE: scenario_id: must be a valid UUID',
      'a.yaml:2:7: error WRONG_TYPE: name: must be text, but it is a number; write it in quotes',
      'a.yaml:3:1: error UNKNOWN_KEY: enable: unknown; did you mean enabled?',
      'a.yaml:4:11: error WRONG_TYPE: priority: must be a whole number, -2147483648..2147483647',
      'a.yaml:5:7: error CONTRACT_RULE: tags: must not list anything twice',
      'a.yaml:6:1: error NO_VALUE: entry_step_id: has no value; give one or leave the key out',
      'a.yaml:7:15: error WRONG_TYPE: idle_timeout: must be a duration such as "900s", "15m" or "1h30m" (units d, h, m, s, in this order)',
      'a.yaml:8:27: error WRONG_TYPE: migration_step_map["old"]: must be text, but it is a number; write it in quotes',
      'a.yaml:11:30: error WRONG_TYPE: steps[0].collects_profile_fields: must be a list, but it is text',
      'a.yaml:14:18: error UNKNOWN_ENUM_VALUE: steps[0].transitions[0].trigger: must be one of ON_COMPLETION, ANYTIME',
      'a.yaml:15:30: error UNKNOWN_ENUM_VALUE: steps[0].transitions[0].outcomes[1]: must be one of CONFIRMED, DECLINED, ACTION_SUCCEEDED, ACTION_FAILED; did you mean DECLINED?',
      'a.yaml:16:5: error WRONG_TYPE: steps[1]: must be a mapping of the fields of ScenarioStep, but it is text',
    ]);
  });

  test.each([
    [
      'the limits of the contract',
      `${smallest}max_loop_count: 0`,
      'a.yaml:8:17: error CONTRACT_RULE: max_loop_count: must be greater than or equal to 1 and less than or equal to 1000',
    ],
    [
      'what is missing',
      smallest.replace(/^name.*\n/m, ''),
      'a.yaml:2:1: error MISSING: name: is missing (must be at least 1 characters)',
    ],
    ['a key that is given twice', `${smallest}name: Again`, 'a.yaml:8:1: error DUPLICATE_KEY: this key is given twice'],
    [
      'broken YAML',
      `${smallest}tags: [a`,
      'a.yaml:8:9: error SYNTAX: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'the contract’s JSON names',
      `${smallest}maxLoopCount: 2`,
      'a.yaml:8:1: error UNKNOWN_KEY: maxLoopCount: unknown; did you mean max_loop_count?',
    ],
    [
      'an unset enum value',
      `${smallest}idle_action: IDLE_ACTION_UNSPECIFIED`,
      'a.yaml:8:14: error UNKNOWN_ENUM_VALUE: idle_action: must be one of PAUSE, CANCEL',
    ],
    [
      'numbers that no protobuf field holds',
      `${smallest}    transitions: [{target_step_id: hello, condition_embedding: [.nan]}]`,
      'a.yaml:8:65: error WRONG_TYPE: steps[0].transitions[0].condition_embedding[0]: must be a finite number of the field’s size',
    ],
    [
      'keys that are no text',
      `${smallest}3: x`,
      'a.yaml:8:1: error KEY_NOT_TEXT: a key must be text; write it in quotes',
    ],
    [
      'the prototype as a key',
      `${smallest}__proto__: {name: x}`,
      'a.yaml:8:1: error UNKNOWN_KEY: __proto__: Scenario has no such field',
    ],
    [
      'an alias without an anchor',
      `${smallest}tags: *none`,
      'a.yaml:8:7: error UNKNOWN_ANCHOR: there is no anchor &none above',
    ],
    [
      'tags that nobody knows',
      `${smallest}description: !secret x`,
      'a.yaml:8:14: error SYNTAX: Unresolved tag: !secret',
    ],
    ['no scenario at all', '# later\n', 'a.yaml:1:1: error NOTHING_IN_IT: holds no scenario'],
    ['a list', '- a\n', 'a.yaml:1:1: error WRONG_TYPE: must be a mapping of the fields of Scenario, but it is a list'],
    [
      'relationships beside a scenario',
      'relationships: []\nname: x\n',
      'a.yaml:2:1: error UNKNOWN_KEY: name: a document with `relationships` holds nothing else',
    ],
    [
      'an incomplete relationship',
      'relationships:\n  - kind: EXCLUDES\n    source_id: x\n',
      'a.yaml:3:16: error CONTRACT_RULE: relationships[0].source_id: must be a valid UUID',
    ],
  ])('is told %s', (_what, text, line) => {
    expect(linesOf(text)).toContain(line);
  });

  test('gives what is right in its other documents', () => {
    const { scenarios, problems } = parseScenarioFile('a.yaml', `name: 7\n---${smallest}`);
    expect(problems.length).toBeGreaterThan(0);
    expect(scenarios.map(({ message }) => message.name)).toEqual(['Greeting']);
  });

  test('has to be JSON when its name says so', () => {
    expect(linesOf('{"name": "x",}', 'a.json')).toEqual([
      expect.stringMatching(/^a\.json:1:14: error SYNTAX: is not JSON: /),
    ]);
    expect(linesOf('name: x', 'a.json')).toEqual([expect.stringMatching(/^a\.json:1:\d: error SYNTAX: is not JSON: /)]);
  });
});
