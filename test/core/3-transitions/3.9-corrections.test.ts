import type { Conversation, ScenarioDraft, StepDraft, TransitionDraft, TurnDraft } from '../../support/conversation';
import { playTurns } from '../../support/play-turns';
import { startConversation } from '../../support/running';
import { asking, end } from '../../support/sample-scenarios';

const ask = (field: string, ...to: readonly TransitionDraft[]): StepDraft => ({
  stepId: field,
  collectsProfileFields: [field],
  to: to.length > 0 ? to : ['end'],
});
const line = (...steps: readonly StepDraft[]): ScenarioDraft => ({ scenarioId: 's', steps: [...steps, end] });
const abc = line(ask('a', 'b'), ask('b', 'c'), ask('c'));
const yes: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const no: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };
const succeeded: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] };
const look = (to: string, effect?: 'READ' | 'WRITE'): StepDraft => ({
  stepId: 'look',
  toolBindings: [{ toolId: 'look', timing: 'DURING_STEP', variableNames: ['found'], dependsOn: [], effect }],
  to: [to],
});

describe('3.9: what a correction is', () => {
  const start = (): Conversation => startConversation([abc], { variables: { a: 1, b: 1 } });

  test.each<[string, TurnDraft, readonly string[]]>([
    ['a new value in the candidate variables', { variables: { a: 2 } }, ['a']],
    ['a null in the candidate variables', { variables: { a: null } }, ['a']],
    ['a new value in the patch', { patch: { a: 2 } }, ['a']],
    ['a null in the patch', { patch: { a: null } }, ['a']],
    ['two new values', { variables: { a: 2, b: 2 } }, ['a', 'b']],
    ['not the same value', { variables: { a: 1 } }, []],
    ['not a value of customer_data', { customer: { a: 2 } }, []],
    ['not a value of a field that was not used', { variables: { hobby: 'chess' } }, []],
    ['not the answer to the open ASK', { variables: { c: 1 } }, []],
  ])('3.9: %s', (_case, draft, fields) => {
    expect(start().turn(draft).transition('s').correctedFields).toEqual(fields);
  });

  test('3.9: excludes a result of the instance', () => {
    const scenario = line(ask('a', 'look'), look('b'), ask('b'));
    const conversation = startConversation([scenario], { variables: { a: 1 } });
    const played = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', results: { a: 2 } }],
    });
    expect(played.transition('s')).toMatchObject({ reason: 'ADVANCED', correctedFields: [] });
  });

  test('3.9: a value for a field that was optional and settled without one', () => {
    const optional = { ...ask('a', 'b'), optionalFields: ['a'] };
    const turns = playTurns(line(optional, ask('b')), [{}, no, { variables: { a: 1 } }]);
    expect(turns[2]?.transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'b', correctedFields: ['a'] });
  });

  test('3.9: excludes a value for a field that becomes known for the first time', () => {
    const turns = playTurns(line(ask('a', 'b'), { stepId: 'b', to: ['c'] }, ask('c', 'd'), ask('d')), [
      { variables: { a: 1 } },
      { variables: { d: 1 } },
    ]);
    expect(turns[1]?.transition('s').correctedFields).toEqual([]);
  });
});

describe('3.9: a READ action that ran with the field', () => {
  /** The look-up runs with the size, which no step collects before it. */
  const scenario = (requires: ScenarioDraft['requires']): ScenarioDraft => ({
    ...line(look('b'), ask('b'), ask('never')),
    requires: requires ?? {},
  });
  const sized: TurnDraft = { variables: { size: 1 } };

  test('3.9: runs again if the scenario lists the field under required_fields', () => {
    const turns = playTurns(scenario({ size: 'SOFT' }), [sized, succeeded, { variables: { size: 2 } }]);
    expect(turns[2]?.transition('s')).toMatchObject({
      reason: 'CORRECTED',
      targetStepId: 'look',
      correctedFields: ['size'],
    });
  });

  test('3.9: runs again if a later step collects the field', () => {
    const turns = playTurns(scenario({}), [{ variables: { never: 1 } }, succeeded, { variables: { never: 2 } }]);
    expect(turns[2]?.transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'look' });
  });

  test('3.9: does not run again for a field that the scenario does not use', () => {
    const turns = playTurns(scenario({}), [sized, succeeded, { variables: { size: 2 } }]);
    expect(turns[2]?.transition('s')).toMatchObject({ targetStepId: 'b', correctedFields: [] });
  });

  test('3.9: does not run again for a field that was not known when it was hinted', () => {
    const turns = playTurns(scenario({ size: 'SOFT' }), [{}, succeeded, sized, { variables: { size: 2 } }]);
    expect(turns[3]?.transition('s')).toMatchObject({ targetStepId: 'b', correctedFields: [] });
  });

  test('3.9: runs again with a new key while it is still open', () => {
    const waits = { ...look('b'), to: [{ to: 'b', outcomes: ['ACTION_SUCCEEDED' as const] }] };
    const turns = playTurns({ ...line(waits, ask('b')), requires: { size: 'SOFT' } }, [
      sized,
      { variables: { size: 2 } },
    ]);
    expect(turns[1]?.transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'look', visitNumber: 2 });
    expect(turns[1]?.contribution('s')).toMatchObject({ actionKey: 's#1/look/2', isReprompt: false });
  });
});

describe('3.9: a step that was left by a DECLINED', () => {
  /** The customer declines the check and then chooses what to change. */
  const scenario = (confirmsFields: readonly string[]): ScenarioDraft =>
    line(
      ask('a', 'check'),
      { stepId: 'check', isCheckpoint: true, confirmsFields, to: [{ to: 'b', outcomes: ['DECLINED'] }, 'end'] },
      ask('b', 'c'),
      ask('c'),
    );

  test('3.9: is the earliest target of a correction if its CONFIRM did not bind the field', () => {
    const turns = playTurns(scenario(['other']), [{ variables: { a: 1 } }, no, { variables: { a: 2 } }]);
    expect(turns[2]?.transition('s').targetStepId).toBe('b');
  });

  test('3.9: does not limit a correction if its CONFIRM bound the field', () => {
    const turns = playTurns(scenario(['a']), [{ variables: { a: 1 } }, no, { variables: { a: 2 } }]);
    expect(turns[2]?.transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'check' });
    expect(turns[2]?.plan).toEqual(['s CONFIRM a=2']);
  });

  test('3.9: does not prevent a correction of a step after it', () => {
    const turns = playTurns(scenario(['a']), [
      { variables: { a: 1 } },
      no,
      { variables: { b: 1 } },
      { variables: { b: null } },
    ]);
    expect(turns[3]?.transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'b' });
  });
});

describe('3.9: a correction for an instance that does not walk', () => {
  const other = asking('o', ['x', 'y']);
  const startQuiet = (change: TurnDraft): Conversation => {
    const conversation = startConversation([abc, other], { variables: { a: 1 } });
    const quiet = conversation.turn({ ...change, signals: [['CONTINUE', 'o']] });
    expect(quiet.transition('s').reason).toBe('NOT_ADDRESSED');
    return conversation;
  };

  test('3.9: is remembered until it walks', () => {
    const played = startQuiet({ variables: { a: null } }).turn({ signals: [['CONTINUE', 's']] });
    expect(played.transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'a', correctedFields: ['a'] });
  });

  test('3.9: is listed with later ones by name', () => {
    const conversation = startConversation([abc, other], { variables: { a: 1, b: 1 } });
    for (const variables of [{ b: 2 }, { a: 2 }]) conversation.turn({ variables, signals: [['CONTINUE', 'o']] });
    expect(conversation.turn({ signals: [['CONTINUE', 's']] }).transition('s').correctedFields).toEqual(['a', 'b']);
  });

  test('3.9: is dropped if the field has its earlier value again', () => {
    const conversation = startQuiet({ variables: { a: 2 } });
    conversation.turn({ variables: { a: 1 }, signals: [['CONTINUE', 'o']] });
    const played = conversation.turn({ signals: [['CONTINUE', 's']] });
    expect(played.transition('s')).toMatchObject({ targetStepId: 'b', correctedFields: [] });
    expect(conversation.instance('s').pendingCorrections.size).toBe(0);
  });

  test('3.9: is remembered while it is paused', () => {
    const conversation = startConversation([abc, other], { variables: { a: 1 } });
    conversation.turn({ signals: [['PAUSE', 's']] });
    conversation.turn({ variables: { a: null }, signals: [['CONTINUE', 'o']] });
    const played = conversation.turn({ signals: [['CONTINUE', 's']] });
    expect(played.transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'a' });
  });

  test('3.9: is remembered on a turn without a message', () => {
    const conversation = startConversation([abc], { variables: { a: 1 } });
    expect(conversation.turn({ trigger: 'TOOL_RESULTS', patch: { a: null } }).plan).toEqual(['s NONE']);
    expect(conversation.turn().transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'a' });
  });
});

describe('3.9: all steps that used the field are before a passed checkpoint', () => {
  const check: StepDraft = { stepId: 'check', isCheckpoint: true, checkpointDescription: 'checked', to: ['b'] };
  const corrected: TurnDraft = { variables: { a: 2 } };
  const playBehind = (scenario: ScenarioDraft, draft: TurnDraft = corrected) =>
    playTurns(scenario, [{ variables: { a: 1 } }, yes, draft])[2]?.transition('s');

  test('3.9: the instance stays, and the decision names the checkpoint', () => {
    expect(playBehind(line(ask('a', 'check'), check, ask('b')))).toMatchObject({
      reason: 'BLOCKED_BY_CHECKPOINT',
      targetStepId: 'b',
      blockedByCheckpoint: 'checked',
      correctedFields: ['a'],
    });
  });

  test('3.9: no checkpoint is reported if this turn enters the step that collects the field', () => {
    const again: StepDraft = { stepId: 'again', collectsProfileFields: ['a'], canSkip: false, to: ['end'] };
    const scenario = line(ask('a', 'check'), check, ask('b', 'again'), again);
    expect(playBehind(scenario, { variables: { a: 2, b: 1 } })).toMatchObject({
      targetStepId: 'again',
      blockedByCheckpoint: '',
    });
  });

  test('3.9: no checkpoint is reported if this turn clears the field', () => {
    const scenario = line(
      ask('a', 'check'),
      check,
      ask('b', { to: 'c', condition: 'data.a == 2', clears: ['a'] }, 'c'),
      ask('c'),
    );
    expect(playBehind(scenario, { variables: { a: 2, b: 1 } })).toMatchObject({
      targetStepId: 'c',
      blockedByCheckpoint: '',
    });
  });

  test('3.9: no checkpoint is reported if the field answers an open ASK', () => {
    const again: StepDraft = { stepId: 'again', collectsProfileFields: ['a'], canSkip: false, to: ['end'] };
    expect(playBehind(line(ask('a', 'check'), { ...check, to: ['again'] }, again))).toMatchObject({
      targetStepId: 'end',
      blockedByCheckpoint: '',
    });
  });

  test('3.9: the instance goes back to the earliest step after the checkpoint that used the field', () => {
    const again: StepDraft = { stepId: 'again', collectsProfileFields: ['a'], canSkip: false, to: ['c'] };
    const scenario = line(ask('a', 'check'), { ...check, to: ['again'] }, again, ask('c'));
    const turns = playTurns(scenario, [
      { variables: { a: 1 } },
      yes,
      { variables: { a: 1 } },
      { variables: { a: null } },
    ]);
    expect(turns[3]?.transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'again' });
  });
});

test('3.9: the walk continues from there with all new values of the turn', () => {
  const fork = line(ask('a', { to: 'x', condition: 'data.a == 2' }, 'b'), ask('b', 'c'), ask('x', 'c'), ask('c'));
  const turns = playTurns(fork, [{ variables: { a: 1, b: 1 } }, { variables: { a: 2, x: 1, c: 1 } }]);
  expect(turns[1]?.transition('s')).toMatchObject({
    reason: 'CORRECTED',
    targetStepId: 'end',
    transitionsTaken: ['a/1', 'x/1', 'c/1'],
  });
});

test('3.9: a field that a taken transition read counts as used', () => {
  const scenario: ScenarioDraft = {
    ...line({ stepId: 'fork', to: [{ to: 'x', condition: 'data.vip == true' }, 'y'] }, ask('x'), ask('y')),
    requires: { vip: 'SOFT' },
  };
  const turns = playTurns(scenario, [{ variables: { vip: true } }, { variables: { vip: false } }]);
  expect(turns[1]?.transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'y' });
});

describe('3.9: several checkpoints, steps and fields', () => {
  const check: StepDraft = { stepId: 'check', isCheckpoint: true, checkpointDescription: 'checked', to: ['c'] };
  const both: TurnDraft = { variables: { a: 2, b: 2 } };

  test('3.9: a correction is blocked if different steps before the checkpoint used the fields', () => {
    const turns = playTurns(line(ask('a', 'b'), ask('b', 'check'), check, ask('c')), [
      { variables: { a: 1, b: 1 } },
      yes,
      both,
    ]);
    expect(turns[2]?.transition('s')).toMatchObject({ targetStepId: 'c', blockedByCheckpoint: 'checked' });
  });

  test('3.9: a DECLINED step, and not the passed checkpoint, keeps the instance from going back to a step between them', () => {
    const agree: StepDraft = {
      stepId: 'agree',
      requiresConfirmation: true,
      confirmsNothing: true,
      to: [{ to: 'd', outcomes: ['DECLINED'] }, 'end'],
    };
    const turns = playTurns(line(ask('a', 'check'), check, ask('c', 'agree'), agree, ask('d')), [
      { variables: { a: 1 } },
      yes,
      { variables: { c: 1 } },
      no,
      { variables: { c: 2 } },
    ]);
    expect(turns[4]?.transition('s')).toMatchObject({
      targetStepId: 'd',
      reason: 'AWAITS_FIELDS',
      blockedByCheckpoint: '',
    });
  });

  test('3.9: a DECLINED step does not limit a correction if its CONFIRM bound one of the fields', () => {
    const declining: StepDraft = {
      stepId: 'check',
      isCheckpoint: true,
      confirmsFields: ['a'],
      to: [{ to: 'c', outcomes: ['DECLINED'] }, 'end'],
    };
    const turns = playTurns(line(ask('a', 'b'), ask('b', 'check'), declining, ask('c')), [
      { variables: { a: 1, b: 1 } },
      no,
      both,
    ]);
    expect(turns[2]?.transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'check' });
  });

  test('3.9: the READ action of the current step runs again, although another field was used before a checkpoint only', () => {
    const waits = { ...look('c'), to: [{ to: 'c', outcomes: ['ACTION_SUCCEEDED' as const] }] };
    const scenario = {
      ...line(ask('a', 'check'), { ...check, to: ['look'] }, waits, ask('c')),
      requires: { b: 'SOFT' as const },
    };
    const turns = playTurns(scenario, [{ variables: { a: 1, b: 1 } }, yes, both]);
    expect(turns[2]?.transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'look', visitNumber: 3 });
  });

  test('3.9: a correction behind a checkpoint is not reported if the walk passes over a step that collects the field', () => {
    const again: StepDraft = { stepId: 'again', collectsProfileFields: ['a'], to: ['c'] };
    const scenario = line(ask('a', 'check'), { ...check, to: ['b'] }, ask('b', 'again'), again, ask('c'));
    const turns = playTurns(scenario, [{ variables: { a: 1 } }, yes, { variables: { a: 2, b: 1 } }]);
    expect(turns[2]?.transition('s')).toMatchObject({ targetStepId: 'c', blockedByCheckpoint: '' });
  });
});

test('3.9: an ANYTIME transition of the step that the correction goes back to comes first', () => {
  const a = ask('a', 'b', { to: 'c', trigger: 'ANYTIME', condition: 'data.a == 2' });
  const turns = playTurns(line(a, ask('b'), ask('c')), [{ variables: { a: 1 } }, { variables: { a: 2 } }]);
  expect(turns[1]?.transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'c' });
});

test('3.9: a step that may not be skipped and has asked is finished by a correction that leads to it again', () => {
  const customer = { b: 1 };
  const turns = playTurns(line(ask('a', 'b'), { ...ask('b', 'c'), canSkip: false }, ask('c')), [
    { customer, variables: { a: 1 } },
    { customer, variables: { a: 2 } },
  ]);
  expect(turns.map(({ plan }) => plan)).toEqual([['s ASK b'], ['s ASK c']]);
});
