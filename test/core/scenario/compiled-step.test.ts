import type { ToolBinding, ToolEffect } from '../../../src/core/model/scenario';
import type { CompiledStep } from '../../../src/core/scenario/compiled-scenario';
import { compileDraft, type ScenarioDraft, type StepDraft } from '../../support/conversation';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const createTool = (toolId: string, effect?: ToolEffect, variableNames: readonly string[] = []): ToolBinding => ({
  toolId,
  timing: 'DURING_STEP',
  variableNames,
  dependsOn: [],
  ...(effect === undefined ? {} : { effect }),
});

/** Compiles a step that leads to a terminal step. */
function compileStep(step: Partial<StepDraft>, scenario: Partial<ScenarioDraft> = {}): CompiledStep {
  return compileDraft({ scenarioId: 's', steps: [{ stepId: 'a', to: ['end'], ...step }, end], ...scenario }).entryStep;
}

test.each<[string, Partial<StepDraft>, readonly ToolEffect[]]>([
  ['READ without an effect', { toolIds: ['x'] }, ['READ']],
  ['WRITE without an effect in a required action', { toolIds: ['x'], isRequiredAction: true }, ['WRITE']],
  ['the effect that it states', { toolBindings: [createTool('x', 'WRITE')] }, ['WRITE']],
  [
    'the effect that it states in a required action',
    { toolBindings: [createTool('x', 'READ')], toolIds: ['y'], isRequiredAction: true },
    ['READ', 'WRITE'],
  ],
])('3.1: a tool is %s', (_case, step, effects) => {
  const { tools, isReadAction, isWriteAction } = compileStep(step);
  expect(tools.map(({ effect }) => effect)).toEqual(effects);
  expect([isReadAction, isWriteAction]).toEqual([!effects.includes('WRITE'), effects.includes('WRITE')]);
});

test('3.1: a step without tools is neither a READ nor a WRITE action', () => {
  expect(compileStep({ performsAction: true })).toMatchObject({ isReadAction: false, isWriteAction: false });
});

const action: Partial<StepDraft> = { performsAction: true, isRequiredAction: true };
const readTools = [createTool('x', 'READ'), createTool('y', 'READ')];

test.each<[boolean, string, Partial<StepDraft>]>([
  [true, 'a checkpoint', { isCheckpoint: true }],
  [true, 'a checkpoint with READ tools', { isCheckpoint: true, ...action, toolBindings: readTools }],
  [true, 'a required action', { ...action, toolIds: ['x'] }],
  [true, 'a required action with one WRITE tool', { ...action, toolBindings: readTools, toolIds: ['z'] }],
  [false, 'a required action whose tools are all READ', { ...action, toolBindings: readTools }],
  [
    true,
    'such an action that requires a confirmation',
    { ...action, toolBindings: readTools, requiresConfirmation: true },
  ],
  [false, 'a checkpoint that requires none', { isCheckpoint: true, requiresConfirmation: false }],
  [false, 'a required action that does not say performs_action', { isRequiredAction: true, toolIds: ['x'] }],
  [false, 'an action that is not required', { performsAction: true, toolIds: ['x'] }],
])('3.1: a confirm stage is there (%s): %s', (expected, _case, step) => {
  expect(compileStep(step).hasConfirmStage).toBe(expected);
});

test.each<[boolean, string, Partial<StepDraft>]>([
  [true, 'a checkpoint', { isCheckpoint: true }],
  [true, 'a required WRITE action', { isRequiredAction: true, toolIds: ['x'] }],
  [false, 'a required READ action', { isRequiredAction: true, toolBindings: readTools }],
  [false, 'a WRITE action that is not required', { toolBindings: [createTool('x', 'WRITE')] }],
])('3.7: it counts as a checkpoint (%s): %s', (expected, _case, step) => {
  expect(compileStep(step).countsAsCheckpoint).toBe(expected);
});

test.each<[boolean, string, Partial<StepDraft>]>([
  [true, 'a step that collects', { collectsProfileFields: ['x'] }],
  [true, 'a step that collects and has tools', { collectsProfileFields: ['x'], toolIds: ['t'] }],
  [false, 'a step that collects nothing', { canSkip: true }],
  [false, 'can_skip = false', { collectsProfileFields: ['x'], canSkip: false }],
  [false, 'a confirm stage', { collectsProfileFields: ['x'], requiresConfirmation: true }],
  [false, 'a required action', { collectsProfileFields: ['x'], isRequiredAction: true, toolIds: ['t'], canSkip: true }],
])('3.5: a step can be passed over (%s): %s', (expected, _case, step) => {
  expect(compileStep(step).canBePassedOver).toBe(expected);
});

test.each<[boolean, string, readonly StepDraft['to'][]]>([
  [false, 'a default transition only', [['end']]],
  [true, 'ACTION_SUCCEEDED', [[{ to: 'end', outcomes: ['CONFIRMED', 'ACTION_SUCCEEDED'] }, 'end']]],
  [true, 'ACTION_FAILED', [[{ to: 'end', outcomes: ['ACTION_FAILED'] }, 'end']]],
  [false, 'DECLINED', [[{ to: 'end', outcomes: ['DECLINED', 'CALL_FAILED'] }, 'end']]],
  [true, 'outcome', [[{ to: 'end', condition: 'outcome == "failed"' }, 'end']]],
  [true, 'a variable of a tool', [[{ to: 'end', condition: 'has(data.paid)' }, 'end']]],
  [true, 'condition_fields with a variable of a tool', [[{ to: 'end', conditionFields: ['paid'] }, 'end']]],
  [true, 'the variables of the instance', [[{ to: 'end', condition: '"paid" in instance' }, 'end']]],
  [true, 'data under a name that is not in the text', [[{ to: 'end', condition: 'data[intent] == 1.0' }, 'end']]],
  [false, 'another field', [[{ to: 'end', condition: 'has(data.age)' }, 'end']]],
])('3.1: the result of the action is read (%s) by: %s', (expected, _case, [to]) => {
  const step = compileStep({
    toolBindings: [createTool('t', undefined, ['paid'])],
    ...(to === undefined ? {} : { to }),
  });
  expect(step.readsActionResult).toBe(expected);
});

test('3.1: templates with speak = WITH_NEXT form no stage', () => {
  expect(compileStep({ templateIds: ['x'] })).toMatchObject({ hasInformStage: true, speaksWithNext: false });
  expect(compileStep({ templateIds: ['x'], speak: 'WITH_NEXT' })).toMatchObject({
    hasInformStage: false,
    speaksWithNext: true,
  });
  expect(compileStep({ speak: 'WITH_NEXT' })).toMatchObject({ hasInformStage: false, speaksWithNext: false });
});

test('3.8: is_recovery defaults to reachable_from_anywhere', () => {
  const { recoverySteps } = compileDraft({
    scenarioId: 's',
    steps: [
      { stepId: 'a', to: ['end'] },
      { stepId: 'b', reachableFromAnywhere: true, to: ['end'] },
      { stepId: 'c', reachableFromAnywhere: true, isRecovery: false, to: ['end'] },
      { stepId: 'd', isRecovery: true, priority: 1, to: ['end'] },
      end,
    ],
  });
  expect(recoverySteps.map(({ stepId }) => stepId)).toEqual(['d', 'b']);
});

test('2.8: a step has its own limits, or else those of the scenario', () => {
  const limits = { maxLoopCount: 2, maxAttempts: 4 };
  expect(compileStep({}, limits)).toMatchObject(limits);
  expect(compileStep({ maxLoopCount: 7, maxAttempts: 0 }, limits)).toMatchObject({ maxLoopCount: 7, maxAttempts: 0 });
});

test('a compiled scenario has the fields and tools of all steps', () => {
  const calls = { scenarioId: 'other', reuseCompleted: true, returns: ['y'] };
  const scenario = compileDraft({
    scenarioId: 's',
    requires: { id: 'SOFT' },
    localFields: ['b'],
    cancelCondition: 'data.b == "x"',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['b', 'a'], optionalFields: ['a'], to: ['act'] },
      { stepId: 'act', toolBindings: [createTool('w', 'WRITE', ['v']), createTool('r', 'READ', ['u'])], to: ['call'] },
      { stepId: 'call', calls, to: ['end'] },
      { ...end, ending: 'FAILED' },
    ],
  });
  expect([...scenario.collectedFields]).toEqual(['a', 'b']);
  expect([...scenario.askableFields]).toEqual(['a', 'b', 'id']);
  expect([...scenario.localFields]).toEqual(['b']);
  expect([...scenario.toolVariables].sort()).toEqual(['u', 'v']);
  expect([...scenario.writeToolIds]).toEqual(['w']);
  expect(scenario.cancelCondition?.text).toBe('data.b == "x"');
  expect([...scenario.entryStep.optionalFields]).toEqual(['a']);
  expect(scenario.steps.get('call')?.call).toEqual(calls);
  expect(scenario.steps.get('end')?.ending).toBe('FAILED');
});

test('3.2: a transition that returns has no target and is no edge of the graph', () => {
  const scenario = compileDraft({
    scenarioId: 's',
    globals: [{ to: 'why', intentLabel: 'why' }],
    steps: [
      { stepId: 'a', to: [{ to: 'end', afterMs: 1_000 }] },
      { stepId: 'why', templateIds: ['x'], reachableFromAnywhere: true, to: [{ returns: true }] },
      end,
    ],
  });
  const why = scenario.steps.get('why');
  expect(why).toMatchObject({
    isReturnTarget: true,
    completionTransitions: [{ id: 'why/1', targetStepId: '', returns: true, isDefault: true }],
  });
  expect(scenario.entryStep).toMatchObject({
    isReturnTarget: false,
    completionTransitions: [{ returns: false, afterMs: 1_000, isDefault: false }],
  });
  expect(Object.fromEntries(scenario.graph.successors)).toEqual({ a: ['end'], why: [], end: [] });
  expect(scenario.graph.globalTargets).toEqual(['why']);
});
