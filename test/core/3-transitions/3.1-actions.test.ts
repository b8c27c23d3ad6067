import type { ToolEffect } from '../../../src/core/model/scenario';
import type { PlayedTurn, ScenarioDraft, StepDraft, TransitionDraft, TurnDraft } from '../../support/conversation';
import { listContributions, playTurns } from '../../support/play-turns';
import { listRequests } from '../../support/requests';
import { startConversation } from '../../support/running';
import { end } from '../../support/sample-scenarios';

const tool = (toolId: string, effect?: ToolEffect, variableNames: readonly string[] = []) => ({
  toolId,
  effect,
  variableNames,
  timing: 'DURING_STEP' as const,
  dependsOn: [],
});
const act = (step: Partial<StepDraft>): ScenarioDraft => ({
  scenarioId: 's',
  steps: [
    { stepId: 'order', collectsProfileFields: ['order'], to: ['act'] },
    { stepId: 'act', to: ['note'], ...step },
    { stepId: 'note', collectsProfileFields: ['note'], to: ['end'] },
    end,
  ],
});
const known: TurnDraft = { variables: { order: 1 } };
const yes: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const succeeded: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] };
const failed: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] };
const required = { performsAction: true, isRequiredAction: true };
const getEffects = (played: PlayedTurn | undefined): readonly string[] => {
  const contribution = played?.contribution('s');
  return contribution?.type === 'ACTION_HINT' ? contribution.tools.map(({ effect }) => effect) : [];
};

describe('3.1: the effect of a tool', () => {
  test('3.1: is WRITE in a required action and READ elsewhere, unless it is set', () => {
    const unset = { toolBindings: [tool('t')] };
    expect(getEffects(playTurns(act({ ...unset, isRequiredAction: true }), [known])[0])).toEqual(['WRITE']);
    expect(getEffects(playTurns(act(unset), [known])[0])).toEqual(['READ']);
    const set = { toolBindings: [tool('a', 'READ'), tool('b', 'WRITE')], isRequiredAction: true };
    expect(getEffects(playTurns(act(set), [known])[0])).toEqual(['READ', 'WRITE']);
  });

  test.each<[string, Partial<StepDraft>, string]>([
    ['a required WRITE action is confirmed', { ...required, toolBindings: [tool('t')] }, 'CONFIRM order=1'],
    [
      'an action with one WRITE tool is a WRITE action',
      { ...required, toolBindings: [tool('t', 'READ'), tool('u')] },
      'CONFIRM order=1',
    ],
    ['a required READ action is not', { ...required, toolBindings: [tool('t', 'READ')] }, 'ACTION_HINT t'],
    [
      'requires_confirmation = true overrules the effect',
      { ...required, toolBindings: [tool('t', 'READ')], requiresConfirmation: true },
      'CONFIRM order=1',
    ],
    [
      'requires_confirmation = false overrules the effect',
      { ...required, toolBindings: [tool('t')], requiresConfirmation: false },
      'ACTION_HINT t',
    ],
    [
      'a checkpoint with READ tools is confirmed',
      { isCheckpoint: true, toolBindings: [tool('t', 'READ')] },
      'CONFIRM order=1',
    ],
  ])('3.1: decides about the confirm stage: %s', (_rule, step, line) => {
    expect(listContributions(act(step), [known])).toEqual([line]);
  });
});

describe('3.1: a required READ action', () => {
  const look = act({ ...required, toolBindings: [tool('t', 'READ')] });

  test('3.1: waits for its success and is retried', () => {
    expect(listContributions(look, [known, {}, failed, succeeded])).toEqual([
      'ACTION_HINT t',
      'ACTION_HINT t',
      'ACTION_HINT t',
      'ASK note',
    ]);
  });

  test('3.7: does not count as a checkpoint', () => {
    const conversation = startConversation([look], known);
    conversation.turn(succeeded);
    expect(conversation.instance('s').irreversibleDone).toEqual([]);
  });

  test.each([
    ['required', look],
    ['not required', act({ toolBindings: [tool('t', 'READ')] })],
  ])('3.1: runs again when a correction goes back to a step before it: %s', (_kind, scenario) => {
    const turns = playTurns(scenario, [known, succeeded, { variables: { order: 2 } }]);
    expect(turns[2]?.transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'act' });
    expect(turns[2]?.plan).toEqual(['s ACTION_HINT t']);
  });

  test('3.5: is not passed over if it must run again, even if the fields of its step are settled', () => {
    const collecting = act({ collectsProfileFields: ['size'], toolBindings: [tool('t', 'READ')] });
    const turns = playTurns(collecting, [known, { variables: { size: 9 } }, succeeded, { variables: { order: 2 } }]);
    expect(turns[3]?.plan).toEqual(['s ACTION_HINT t']);
  });
});

describe('3.1: an action that is not required', () => {
  const reads: readonly (readonly [string, StepDraft['to']])[] = [
    ['states ACTION_SUCCEEDED', [{ to: 'note', outcomes: ['ACTION_SUCCEEDED'] }]],
    ['states ACTION_FAILED', [{ to: 'end', outcomes: ['ACTION_FAILED'] }, 'note']],
    ['reads the outcome', [{ to: 'note', condition: 'outcome != ""' }]],
    ['reads a variable that its tools fill', [{ to: 'note', condition: 'data.x == 1' }]],
    ['lists a variable that its tools fill', [{ to: 'note', conditionFields: ['x'] }]],
  ];

  test('3.1: is finished on the next turn if no transition waits for its result', () => {
    expect(listContributions(act({ toolBindings: [tool('t', 'READ', ['x'])] }), [known, {}])).toEqual([
      'ACTION_HINT t',
      'ASK note',
    ]);
  });

  test.each(reads)('3.1: waits if a transition of the step %s', (_case, to) => {
    const scenario = act({ toolBindings: [tool('t', 'READ', ['x'])], to: to ?? [] });
    expect(listContributions(scenario, [known, {}, {}])).toEqual(['ACTION_HINT t', 'ACTION_HINT t', 'ACTION_HINT t']);
    const given: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', results: { x: 1 } }] };
    expect(listContributions(scenario, [known, {}, given]).at(-1)).toBe('ASK note');
  });

  test('3.1: is finished by a failure', () => {
    const scenario = act({ toolBindings: [tool('t')], to: [{ to: 'end', outcomes: ['ACTION_SUCCEEDED'] }, 'note'] });
    expect(listContributions(scenario, [known, failed])).toEqual(['ACTION_HINT t', 'ASK note']);
  });

  test('3.1: is finished by an outcome of any of its tools', () => {
    const scenario = act({ toolIds: ['t', 'u'] });
    const one: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'u' }] };
    expect(listContributions(scenario, [known, one])).toEqual(['ACTION_HINT t,u', 'ASK note']);
  });
});

describe('3.1: what a CONFIRM confirms', () => {
  const confirm = (step: Partial<StepDraft>): readonly string[] =>
    listContributions(act({ isCheckpoint: true, ...step }), [{ variables: { order: 1, extra: 2, note: 3 } }]);

  test.each<[string, Partial<StepDraft>, string]>([
    ['all known fields that the scenario collects', {}, 'CONFIRM note=3,order=1'],
    ['the known ones of confirms_fields', { confirmsFields: ['extra', 'missing'] }, 'CONFIRM extra=2'],
    ['nothing, with confirms_nothing', { confirmsNothing: true }, 'CONFIRM '],
  ])('3.1: %s', (_rule, step, line) => {
    expect(confirm(step)).toEqual([line]);
  });

  test('3.1: a value that the CONFIRM does not bind can change', () => {
    const scenario = act({
      isCheckpoint: true,
      confirmsFields: ['order'],
      templateIds: ['text'],
      to: [{ to: 'note', intentLabel: 'on' }],
    });
    const turns = listContributions(scenario, [known, { ...yes, variables: { extra: 1 } }]);
    expect(turns).toEqual(['CONFIRM order=1', 'INFORM text']);
  });
});

test('3.1: a confirmed step whose action has succeeded is not confirmed again', () => {
  const scenario = act({
    ...required,
    confirmsFields: ['extra'],
    toolIds: ['t'],
    templateIds: ['text'],
    to: [{ to: 'note', intentLabel: 'on' }],
  });
  const turns = listContributions(scenario, [
    { variables: { order: 1, extra: 1 } },
    yes,
    succeeded,
    { variables: { extra: 2 } },
  ]);
  expect(turns).toEqual(['CONFIRM extra=1', 'ACTION_HINT t', 'INFORM text', 'NONE']);
});

describe('0.6: when a step with tools is entered again', () => {
  const mail: StepDraft = { stepId: 'mail', toolIds: ['mail'], to: ['act'] };
  const edit: TransitionDraft = { to: 'edit', trigger: 'ANYTIME', intentLabel: 'edit' };
  /** A mail is sent, then the action runs. The intent "edit" leads to a step from which the action is entered again. */
  const enterAgain = (step: Partial<StepDraft>, ...drafts: readonly TurnDraft[]): readonly string[] => {
    const scenario: ScenarioDraft = {
      scenarioId: 's',
      steps: [mail, { stepId: 'act', ...step }, { stepId: 'edit', templateIds: ['edit'], to: ['act'] }, end],
    };
    const conversation = startConversation([scenario]);
    for (const draft of [{}, ...drafts, { intent: 'edit' }, {}]) conversation.turn(draft);
    expect(conversation.instance('s').currentStepId).toBe('act');
    return listRequests(conversation.instance('s'));
  };
  const awaited: StepDraft['to'] = [{ to: 'end', outcomes: ['ACTION_SUCCEEDED'], intentLabel: 'on' }, edit];

  test('0.6: an open READ action of an older visit is VOID, and that of another step is not', () => {
    const requests = enterAgain({ toolBindings: [tool('t')], to: awaited });
    expect(requests).toEqual(['ACTION s#1/mail/1 OPEN', 'ACTION s#1/act/2 VOID', 'ACTION s#1/act/4 OPEN']);
  });

  test('0.6: a READ action of an older visit that was answered stays answered', () => {
    const requests = enterAgain(
      { toolBindings: [tool('t')], to: awaited },
      {
        outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 't' }],
      },
    );
    expect(requests.slice(1)).toEqual(['ACTION s#1/act/2 ANSWERED', 'ACTION s#1/act/4 OPEN']);
  });

  test('0.6: an open WRITE action of an older visit that nothing waits for stays open', () => {
    const requests = enterAgain({ toolBindings: [tool('t', 'WRITE')], to: [edit, { to: 'end', intentLabel: 'on' }] });
    expect(requests.slice(1)).toEqual(['ACTION s#1/act/2 OPEN', 'ACTION s#1/act/4 OPEN']);
  });
});

describe('0.6: an action of which only some tools have an outcome', () => {
  const one: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 't' }] };
  const other: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'u' }] };

  test('0.6: before any tool has one, a transition that states an outcome is FALSE', () => {
    const to: StepDraft['to'] = [{ to: 'end', trigger: 'ANYTIME', outcomes: ['ACTION_FAILED'] }, 'note'];
    const turns = playTurns(act({ toolIds: ['t', 'u'], to }), [
      known,
      { trigger: 'TOOL_RESULTS', patch: { order: 1 } },
      {},
    ]);
    expect(turns[2]?.transition('s').alternatives[0]).toMatchObject({ transitionId: 'act/1', truth: 'FALSE' });
  });

  test('0.6: a transition whose condition reads the outcome is UNKNOWN and blocks the ones below it', () => {
    const scenario = act({ toolIds: ['t', 'u'], to: [{ to: 'end', condition: 'outcome == "succeeded"' }, 'note'] });
    const turns = playTurns(scenario, [known, one, other]);
    expect(turns[1]?.transition('s').alternatives[0]).toMatchObject({ transitionId: 'act/1', truth: 'UNKNOWN' });
    expect(turns.slice(1).map((played) => played.transition('s').targetStepId)).toEqual(['act', 'end']);
  });

  test('0.6: a transition that also states another outcome is taken on that one', () => {
    const to: StepDraft['to'] = [{ to: 'end', outcomes: ['DECLINED', 'ACTION_FAILED'] }, 'note'];
    const turns = playTurns(act({ toolIds: ['t', 'u'], to }), [known, one, { outcomes: [{ kind: 'DECLINED' }] }]);
    expect(turns.slice(1).map((played) => played.transition('s').targetStepId)).toEqual(['act', 'end']);
  });

  test('0.6: the failure of a required action remains its outcome while the failed tool is retried', () => {
    const scenario = act({
      isRequiredAction: true,
      toolIds: ['t', 'u'],
      to: [
        { to: 'note', outcomes: ['ACTION_SUCCEEDED'] },
        { to: 'end', outcomes: ['ACTION_FAILED'], intentLabel: 'give up' },
      ],
    });
    const failure: TurnDraft = {
      trigger: 'TOOL_RESULTS',
      outcomes: [...(one.outcomes ?? []), { kind: 'ACTION_FAILED', toolId: 'u' }],
    };
    const turns = playTurns(scenario, [known, failure, { intent: 'give up' }]);
    expect(turns[1]?.plan).toEqual(['s ACTION_HINT u']);
    expect(turns[2]?.transition('s').targetStepId).toBe('end');
  });

  test('0.6: the success of an action remains its outcome while a tool runs again for a missing variable', () => {
    const scenario = act({
      toolBindings: [tool('t', 'READ', ['x']), tool('u')],
      to: [
        { to: 'note', outcomes: ['ACTION_FAILED'], priority: 2 },
        { to: 'end', outcomes: ['ACTION_SUCCEEDED'], intentLabel: 'give up', priority: 1 },
        { to: 'note', condition: 'data.x == 1' },
      ],
    });
    const success: TurnDraft = {
      trigger: 'TOOL_RESULTS',
      outcomes: [...(one.outcomes ?? []), ...(other.outcomes ?? [])],
    };
    const turns = playTurns(scenario, [known, success, { intent: 'give up' }]);
    expect(turns[1]?.plan).toEqual(['s ACTION_HINT t']);
    expect(turns[2]?.transition('s').targetStepId).toBe('end');
  });
});
