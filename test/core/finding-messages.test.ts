// A finding names the fault, the place in the definition, and what to do about it where that does not go without saying.

import type { ToolBinding } from '../../src/core/model/scenario';
import { compileScenario } from '../../src/core/scenario/compile-scenario';
import { aScenario, type ScenarioDraft } from '../support/conversation';

function found(draft: ScenarioDraft): readonly (readonly string[])[] {
  const { findings } = compileScenario(aScenario(draft), 1);
  expect(findings.every(({ line, column }) => line === 0 && column === 0)).toBe(true);
  return findings.map((each) => [each.code, each.fieldPath, each.stepId, each.transitionId, each.message]);
}

/** A binding that may wait for others. */
const tool = (toolId: string, dependsOn: readonly string[]): ToolBinding => ({
  toolId,
  dependsOn,
  timing: 'DURING_STEP',
  variableNames: [],
});

test('findings: each of a definition with many faults', () => {
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
  expect(found(draft)).toEqual([
    ['ENTRY_STEP_NOT_FOUND', 'entry_step_id', '', '', 'The entry step "nowhere" is no step of the scenario.'],
    ['DUPLICATE_STEP', 'steps[1].step_id', 'ask', '', 'Step "ask" is there twice. Give each step an id of its own.'],
    [
      'DUPLICATE_TRANSITION',
      'global_transitions[2].transition_id',
      '',
      'g',
      'Transition "g" is there twice. Give each an id of its own, or none.',
    ],
    [
      'MIGRATION_TARGET_NOT_FOUND',
      'migration_step_map["old"]',
      '',
      '',
      'The step map sends "old" to "nowhere", which is no step of this version.',
    ],
    [
      'REQUIRED_ACTION_WITHOUT_TOOL',
      'steps[0].is_required_action',
      'ask',
      '',
      'Step "ask" requires an action but names no tool that could do it.',
    ],
    [
      'TOOL_NOT_FOUND',
      'steps[1].tool_bindings',
      'ask',
      '',
      'A tool of step "ask" depends on "gone", which the step does not have.',
    ],
    ['TOOL_CYCLE', 'steps[1].tool_bindings', 'ask', '', 'Tools of step "ask" wait for each other: b, c.'],
    ['DUPLICATE_TOOL', 'steps[1].tool_bindings', 'ask', '', 'Step "ask" names a tool twice. Keep one of the two.'],
    [
      'DANGLING_TRANSITION',
      'steps[0].transitions[1].target_step_id',
      'ask',
      'ask/2',
      'Transition "ask/2" leads to "gone", which is no step of the scenario.',
    ],
    [
      'GLOBAL_STATES_NOTHING',
      'global_transitions[0]',
      '',
      'global/1',
      'Global transition "global/1" states nothing and would always be taken.',
    ],
    [
      'GLOBAL_TARGET_NOT_REACHABLE',
      'global_transitions[0].target_step_id',
      '',
      'global/1',
      'Global transition "global/1" leads to "ask", which is not marked reachable_from_anywhere.',
    ],
    ...[1, 2].map((index) => [
      'DANGLING_TRANSITION',
      `global_transitions[${index}].target_step_id`,
      '',
      'g',
      'Transition "g" leads to "gone", which is no step of the scenario.',
    ]),
    [
      'CAN_SKIP_WITHOUT_EFFECT',
      'steps[0].can_skip',
      'ask',
      '',
      'Step "ask" is terminal, a checkpoint or a required action and is never passed over; can_skip has no effect.',
    ],
    [
      'STEP_SAYS_NOTHING',
      'steps[2]',
      'empty',
      '',
      'Step "empty" collects, confirms, does and tells nothing; it is walked through although can_skip is false.',
    ],
    [
      'SEMANTIC_EVALUATION_OFF',
      'steps[0].transitions[1].condition_text',
      'ask',
      'ask/2',
      'Transition "ask/2" has a condition in natural language, and semantic evaluation is off: it is never taken.',
    ],
    [
      'SEMANTIC_EVALUATION_OFF',
      'steps[0].transitions[3].condition_text',
      'ask',
      'z',
      'Transition "z" has a condition in natural language, and semantic evaluation is off: that part is ignored.',
    ],
    [
      'HIDDEN_BY_DEFAULT',
      'steps[0].transitions[1]',
      'ask',
      'ask/2',
      'A default transition of step "ask" stands above this one, which is therefore never taken. Give it a higher priority.',
    ],
    [
      'ANYTIME_STATES_NOTHING',
      'steps[0].transitions[2]',
      'ask',
      'ask/3',
      'An ANYTIME transition of step "ask" states nothing, so the step is left on every turn, done or not.',
    ],
    [
      'FIELD_NOT_COLLECTED',
      'steps[2].confirms_fields',
      'empty',
      '',
      'Field "zip" is read here, but no step collects it, no tool fills it and required_fields does not name it: unless the caller brings it, the confirmation does not show it.',
    ],
  ]);
});

test('findings: no entry step, and a field that is required twice', () => {
  const end = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
  const twice = { fieldName: 'zip', level: 'HARD', description: '' } as const;
  const { findings } = compileScenario(
    { ...aScenario({ scenarioId: 's', entryStepId: '', steps: [end] }), requiredFields: [twice, twice] },
    1,
  );
  expect(findings.map(({ code, fieldPath, message }) => [code, fieldPath, message])).toEqual([
    ['ENTRY_STEP_NOT_FOUND', 'entry_step_id', 'The scenario has no entry step. Name the step where it starts.'],
    [
      'DUPLICATE_REQUIRED_FIELD',
      'required_fields[1].field_name',
      'Field "zip" is required twice. Keep one of the two.',
    ],
  ]);
});

test('findings: no way to an end, and a step that nothing leads to', () => {
  const tells = { templateIds: ['x'] };
  const steps = [
    { stepId: 'a', ...tells, to: ['b'] },
    { stepId: 'b', ...tells },
    { stepId: 'c', ...tells },
  ];
  expect(found({ scenarioId: 's', steps })).toEqual([
    [
      'NO_WAY_TO_TERMINAL',
      'entry_step_id',
      'a',
      '',
      'No way leads from the entry step "a" to a terminal step, so the scenario never completes. Mark a step is_terminal or give a completion_condition.',
    ],
    ['UNREACHABLE_STEP', 'steps[2]', 'c', '', 'No way leads from the entry step to step "c". Join it, or remove it.'],
  ]);
});
