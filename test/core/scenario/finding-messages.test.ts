import type { ToolBinding } from '../../../src/core/model/scenario';
import { compileScenario } from '../../../src/core/scenario/compile-scenario';
import { aScenario, type ScenarioDraft } from '../../support/conversation';

function findAll(draft: ScenarioDraft): readonly (readonly string[])[] {
  const { findings } = compileScenario(aScenario(draft), 1);
  expect(findings.every(({ line, column }) => line === 0 && column === 0)).toBe(true);
  return findings.map(({ code, fieldPath, stepId, transitionId, message }) => [
    code,
    fieldPath,
    stepId,
    transitionId,
    message,
  ]);
}

const tool = (toolId: string, dependsOn: readonly string[]): ToolBinding => ({
  toolId,
  dependsOn,
  timing: 'DURING_STEP',
  variableNames: [],
});

test('findings: every finding of a definition is returned with its location and message', () => {
  const draft: ScenarioDraft = {
    scenarioId: 's',
    entryStepId: 'nowhere',
    migrationStepMap: new Map([['old', 'nowhere']]),
    globals: [
      'ask',
      { to: 'gone', condition: 'turn > 1', transitionId: 'g' },
      { to: 'gone', intentLabel: 'x', transitionId: 'g' },
    ],
    steps: [
      {
        stepId: 'ask',
        isRequiredAction: true,
        canSkip: true,
        to: [
          'ask',
          { to: 'gone', conditionText: 'is rich' },
          { to: 'ask', trigger: 'ANYTIME' },
          { to: 'ask', conditionText: 'is rich', intentLabel: 'y', transitionId: 'z', priority: 9 },
        ],
      },
      { stepId: 'ask', toolBindings: [tool('a', ['gone']), tool('b', ['c']), tool('c', ['b'])], toolIds: ['a'] },
      { stepId: 'empty', canSkip: false, confirmsFields: ['zip'] },
    ],
  };
  expect(findAll(draft)).toEqual([
    [
      'ENTRY_STEP_NOT_FOUND',
      'entry_step_id',
      '',
      '',
      'The entry step "nowhere" does not exist. Set entry_step_id to a step of the scenario.',
    ],
    ['DUPLICATE_STEP', 'steps[1].step_id', 'ask', '', 'Step "ask" is defined twice. Give each step a unique id.'],
    [
      'DUPLICATE_TRANSITION',
      'global_transitions[2].transition_id',
      '',
      'g',
      'Transition id "g" is used twice. Give each transition a unique id, or omit the id.',
    ],
    [
      'MIGRATION_TARGET_NOT_FOUND',
      'migration_step_map["old"]',
      '',
      '',
      'The step map maps "old" to "nowhere", which is not a step of this version. Map it to an existing step.',
    ],
    [
      'REQUIRED_ACTION_WITHOUT_TOOL',
      'steps[0].is_required_action',
      'ask',
      '',
      'Step "ask" requires an action but has no tool. Add the tool that performs the action.',
    ],
    [
      'TOOL_NOT_FOUND',
      'steps[1].tool_bindings',
      'ask',
      '',
      'A tool of step "ask" depends on "gone", which the step does not have. Add the tool, or remove the dependency.',
    ],
    [
      'TOOL_CYCLE',
      'steps[1].tool_bindings',
      'ask',
      '',
      'Tools of step "ask" depend on each other: b, c. Remove a dependency.',
    ],
    [
      'DUPLICATE_TOOL',
      'steps[1].tool_bindings',
      'ask',
      '',
      'Step "ask" lists a tool twice. Remove one of the entries.',
    ],
    [
      'DANGLING_TRANSITION',
      'steps[0].transitions[1].target_step_id',
      'ask',
      'ask/2',
      'Transition "ask/2" leads to "gone", which is not a step of the scenario. Set target_step_id to an existing step.',
    ],
    [
      'GLOBAL_STATES_NOTHING',
      'global_transitions[0]',
      '',
      'global/1',
      'Global transition "global/1" has no rule, so it would always be taken. Add a rule.',
    ],
    [
      'GLOBAL_TARGET_NOT_REACHABLE',
      'global_transitions[0].target_step_id',
      '',
      'global/1',
      'Global transition "global/1" leads to "ask", which is not marked reachable_from_anywhere. Mark the step, or use another target.',
    ],
    ...[1, 2].map((index) => [
      'DANGLING_TRANSITION',
      `global_transitions[${index}].target_step_id`,
      '',
      'g',
      'Transition "g" leads to "gone", which is not a step of the scenario. Set target_step_id to an existing step.',
    ]),
    [
      'CAN_SKIP_WITHOUT_EFFECT',
      'steps[0].can_skip',
      'ask',
      '',
      'can_skip of step "ask" has no effect, because terminal steps, checkpoints and required actions are never skipped. Remove it.',
    ],
    [
      'STEP_SAYS_NOTHING',
      'steps[2]',
      'empty',
      '',
      'Step "empty" does not collect, call, confirm, act or inform. Walks pass through it although can_skip is false. Add a stage, or remove can_skip.',
    ],
    [
      'CONFIRMATION_WITHOUT_EFFECT',
      'steps[2].confirms_fields',
      'empty',
      '',
      'confirms_fields of step "empty" has no effect, because the step has no confirmation. Set requires_confirmation, or remove it.',
    ],
    [
      'SEMANTIC_EVALUATION_OFF',
      'steps[0].transitions[1].condition_text',
      'ask',
      'ask/2',
      'Transition "ask/2" has a condition in natural language, but semantic evaluation is off, so it is never taken. Turn semantic evaluation on, or write the condition in CEL.',
    ],
    [
      'SEMANTIC_EVALUATION_OFF',
      'steps[0].transitions[3].condition_text',
      'ask',
      'z',
      'Transition "z" has a condition in natural language, but semantic evaluation is off, so that condition is ignored. Turn semantic evaluation on, or write the condition in CEL.',
    ],
    [
      'HIDDEN_BY_DEFAULT',
      'steps[0].transitions[1]',
      'ask',
      'ask/2',
      'Transition "ask/2" is never taken, because a default transition of step "ask" precedes it. Give it a higher priority.',
    ],
    [
      'ANYTIME_STATES_NOTHING',
      'steps[0].transitions[2]',
      'ask',
      'ask/3',
      'ANYTIME transition "ask/3" has no rule, so step "ask" is left on every turn, finished or not. Add a rule, or use ON_COMPLETION.',
    ],
    [
      'FIELD_NOT_COLLECTED',
      'steps[2].confirms_fields',
      'empty',
      '',
      'Field "zip" is read here, but no step collects it, no tool fills it, no call returns it and required_fields does not list it. Correct its name if it is wrong. Unless the caller sends the field, the confirmation does not show it.',
    ],
  ]);
});

test('findings: messages for a missing entry step and a repeated required field', () => {
  const end = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
  const required = { fieldName: 'zip', level: 'HARD', description: '' } as const;
  const { findings } = compileScenario(
    { ...aScenario({ scenarioId: 's', entryStepId: '', steps: [end] }), requiredFields: [required, required] },
    1,
  );
  expect(findings.map(({ code, fieldPath, message }) => [code, fieldPath, message])).toEqual([
    [
      'ENTRY_STEP_NOT_FOUND',
      'entry_step_id',
      'The scenario has no entry step. Set entry_step_id to the step where it starts.',
    ],
    [
      'DUPLICATE_REQUIRED_FIELD',
      'required_fields[1].field_name',
      'Field "zip" is required twice. Remove one of the entries.',
    ],
  ]);
});

test('findings: messages for an unreachable terminal step and an unreachable step', () => {
  const informing = { templateIds: ['x'] };
  const steps = [
    { stepId: 'a', ...informing, to: ['b'] },
    { stepId: 'b', ...informing },
    { stepId: 'c', ...informing },
  ];
  expect(findAll({ scenarioId: 's', steps })).toEqual([
    [
      'NO_WAY_TO_TERMINAL',
      'entry_step_id',
      'a',
      '',
      'No terminal step is reachable from the entry step "a", so the scenario never completes. Mark a step is_terminal, or set a completion_condition.',
    ],
    [
      'UNREACHABLE_STEP',
      'steps[2]',
      'c',
      '',
      'Step "c" is not reachable from the entry step. Add a transition to it, or remove it.',
    ],
  ]);
});

test('findings: a name that is nearly right is suggested', () => {
  const steps = [
    { stepId: 'collect_age', collectsProfileFields: ['age'], to: [{ to: 'end', condition: 'data.Age > 1.0' }, 'ende'] },
    { stepId: 'end', isTerminal: true, templateIds: ['bye'] },
  ];
  const messages = findAll({ scenarioId: 's', entryStepId: 'collectAge', steps }).map((finding) => finding[4]);
  expect(messages).toEqual([
    'The entry step "collectAge" does not exist. Did you mean "collect_age"?',
    'Transition "collect_age/2" leads to "ende", which is not a step of the scenario. Did you mean "end"?',
    'Field "Age" is read here, but no step collects it, no tool fills it, no call returns it and required_fields does not list it. Did you mean "age"? Unless the caller sends the field, the condition is evaluated without it.',
  ]);
});
