import type { Conversation, ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { listIgnored } from '../../support/requests';
import { startConversation } from '../../support/running';
import { end } from '../../support/sample-scenarios';

const lookKey = 's#1/look/1';
const lookedUp = (results: Readonly<Record<string, string>>, actionKey = lookKey): TurnDraft => ({
  trigger: 'TOOL_RESULTS',
  outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey, results }],
});

/** Starts a scenario that looks up a status and goes on to the step without waiting for it. */
function startAfterLookUp(step: StepDraft, patch: Readonly<Record<string, string>> = {}): Conversation {
  const look: StepDraft = { stepId: 'look', toolIds: ['look'], to: [step.stepId] };
  const lost: StepDraft = { stepId: 'lost', templateIds: ['lost'], to: ['end'] };
  const conversation = startConversation([{ scenarioId: 's', steps: [look, step, lost, end] }], { patch });
  conversation.turn();
  expect(conversation.instance('s').currentStepId).toBe(step.stepId);
  return conversation;
}

const watch: StepDraft = {
  stepId: 'watch',
  to: [
    { to: 'lost', trigger: 'ANYTIME', condition: 'data.status == "lost"' },
    { to: 'end', intentLabel: 'never' },
  ],
};

test('0.6: a late result is about the instance if a transition of its step misses the value', () => {
  const conversation = startAfterLookUp(watch);
  expect(conversation.turn(lookedUp({ status: 'lost' })).transition('s').targetStepId).toBe('lost');
});

test('0.5: a late result that changes a known value does not concern the instance before its next walk', () => {
  const conversation = startAfterLookUp(watch, { status: 'ok' });
  const late = conversation.turn(lookedUp({ status: 'lost' }));
  expect([late.actions, listIgnored(late)]).toEqual([['s CONTINUE QUIET'], []]);
  expect(conversation.turn().transition('s').targetStepId).toBe('lost');
});

test('0.5: a patch that changes a known value which a transition reads concerns the instance', () => {
  const conversation = startAfterLookUp(watch, { status: 'ok' });
  const played = conversation.turn({ trigger: 'TOOL_RESULTS', patch: { status: 'lost' } });
  expect(played.transition('s').targetStepId).toBe('lost');
});

test('0.5: a patch that changes a value which only an earlier step reads does not concern the instance', () => {
  const conversation = startAfterLookUp(watch, { status: 'ok', other: 'a' });
  const played = conversation.turn({ trigger: 'TOOL_RESULTS', patch: { other: 'b' } });
  expect(played.actions).toEqual(['s CONTINUE QUIET']);
});

test('3.9: a result on the turn of a correction is no correction itself', () => {
  const steps: readonly StepDraft[] = [
    { stepId: 'ask', collectsProfileFields: ['order'], to: ['look'] },
    { stepId: 'look', toolIds: ['look'], to: ['check'] },
    { stepId: 'check', to: [{ to: 'next', condition: 'data.status == "ok"' }] },
    { stepId: 'next', collectsProfileFields: ['more'], to: ['end'] },
    end,
  ];
  const conversation = startConversation([{ scenarioId: 's', steps }], {
    variables: { order: '1' },
    patch: { status: 'ok' },
  });
  conversation.turn();
  expect(conversation.instance('s').currentStepId).toBe('next');
  const played = conversation.turn({ ...lookedUp({ status: 'lost' }), trigger: 'MESSAGE', variables: { order: '2' } });
  expect(played.transition('s')).toMatchObject({ reason: 'CORRECTED', correctedFields: ['order'] });
});

test('3.2: the results of an outcome that is not applied do not spare a field from being cleared', () => {
  const ask: StepDraft = {
    stepId: 'ask',
    collectsProfileFields: ['x'],
    to: [{ to: 'next', trigger: 'ANYTIME', intentLabel: 'next', clears: ['status'] }, 'next'],
  };
  const next: StepDraft = { stepId: 'next', collectsProfileFields: ['y'], to: ['end'] };
  const play = (draft: TurnDraft): unknown => {
    const conversation = startConversation([{ scenarioId: 's', steps: [ask, next, end] }], {
      patch: { status: 'known' },
    });
    conversation.turn({ intent: 'next', ...draft });
    expect(conversation.instance('s').currentStepId).toBe('next');
    return conversation.session.variables.get('status')?.value ?? null;
  };
  expect(play({ variables: { status: 'given' } })).toBe('given');
  const outcome = { kind: 'ACTION_SUCCEEDED', actionKey: 's#1/ask/9', results: { status: 'new' } } as const;
  expect(play({ outcomes: [outcome] })).toBeNull();
});

describe('0.6: an action of two tools whose step a global transition suspended', () => {
  const act: StepDraft = {
    stepId: 'act',
    toolIds: ['a', 'b'],
    to: [{ to: 'done', outcomes: ['ACTION_SUCCEEDED'] }],
  };
  const why: StepDraft = {
    stepId: 'why',
    reachableFromAnywhere: true,
    templateIds: ['why'],
    to: [{ returns: true, intentLabel: 'ok' }],
  };
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    steps: [act, why, { stepId: 'done', templateIds: ['done'], to: ['end'] }, end],
    globals: [{ to: 'why', intentLabel: 'why' }],
  };
  const succeeded = (toolId: string): TurnDraft => ({
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: 's#1/act/1', toolId }],
  });
  const play = (...toolIds: readonly string[]): string => {
    const conversation = startConversation([scenario]);
    expect(conversation.turn({ intent: 'why' }).plan).toEqual(['s INFORM why']);
    for (const toolId of toolIds) conversation.turn(succeeded(toolId));
    return conversation.turn({ intent: 'ok' }).transition('s').targetStepId;
  };

  test('0.6: the step has no outcome after the result of one tool', () => {
    expect(play('a')).toBe('act');
  });

  test('0.6: the step has an outcome after the results of both tools', () => {
    expect(play('a', 'b')).toBe('done');
  });
});
