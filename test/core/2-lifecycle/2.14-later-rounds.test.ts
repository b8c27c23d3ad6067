import { aRelationship, Conversation, type ScenarioDraft, type StepDraft } from '../../support/conversation';
import { asking, silent } from '../../support/sample-scenarios';

/** Looks up a status, keeps it, and ends without a contribution. */
const brief: ScenarioDraft = {
  scenarioId: 'brief',
  persistedFields: ['status'],
  steps: [
    {
      stepId: 'find',
      toolBindings: [{ toolId: 'find', timing: 'DURING_STEP', variableNames: ['status'], dependsOn: [] }],
      to: [{ to: 'done', condition: 'has(data.status)' }],
    },
    { stepId: 'done', isTerminal: true },
  ],
};
const found = {
  outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'find', results: { status: 'sent' } }],
} as const;
const excluding = (scenarioId: string) => ({ relationships: [aRelationship('brief', 'EXCLUDES', scenarioId)] });

test('2.14: a pending start is tried on a turn without a message after a walk has ended its blocker', () => {
  const conversation = new Conversation([brief, asking('b', ['x'])], excluding('b'));
  conversation.turn({ candidates: { brief: 0.9 } });
  expect(conversation.turn({ candidates: { b: 0.9 } }).rejections).toEqual(['b EXCLUDED']);
  const played = conversation.turn({ ...found, trigger: 'TOOL_RESULTS' });
  expect(played.actions).toEqual(['brief COMPLETE TERMINAL', 'b START PENDING']);
  expect(played.plan).toEqual(['b ASK x']);
});

test('2.14: a pending start that a CANCEL drops is not tried then', () => {
  const conversation = new Conversation([brief, asking('b', ['x'])], excluding('b'));
  conversation.turn({ candidates: { brief: 0.9 } });
  conversation.turn({ candidates: { b: 0.9 } });
  const played = conversation.turn({ ...found, trigger: 'TOOL_RESULTS', signals: [['CANCEL', 'b']] });
  expect(played.actions).toEqual(['brief COMPLETE TERMINAL']);
  expect(played.session.pendingStarts).toEqual([]);
});

test('2.11: a paused scenario that the turn names resumes after a walk has ended what excluded it', () => {
  const conversation = new Conversation([asking('paused', ['x']), brief, asking('other', ['y'])], excluding('paused'));
  conversation.turn({ candidates: { paused: 0.9, other: 0.8 } });
  conversation.turn({ signals: [['PAUSE', 'paused']] });
  conversation.turn({ candidates: { brief: 0.9 } });
  const played = conversation.turn({ ...found, candidates: { paused: 0.9 } });
  expect(played.lifecycle('brief').reason).toBe('TERMINAL');
  expect(played.lifecycle('paused')).toMatchObject({ reason: 'RESUMED', staysPausedBecause: undefined });
});

test('2.11: a paused scenario that the turn does not name stays paused then', () => {
  const conversation = new Conversation([asking('paused', ['x']), brief, asking('other', ['y'])], excluding('paused'));
  conversation.turn({ candidates: { paused: 0.9, other: 0.8 } });
  conversation.turn({ signals: [['PAUSE', 'paused']] });
  conversation.turn({ candidates: { brief: 0.9 } });
  const played = conversation.turn({ ...found, candidates: { other: 0.9 } });
  expect(played.lifecycle('paused').reason).toBe('STAYS_PAUSED');
});

test('0.7: a candidate that is not pending is not tried again after a walk has ended an instance', () => {
  const late = silent('late', { entryCondition: 'has(data.status) && data.status == "sent"' });
  const conversation = new Conversation([brief, late]);
  conversation.turn({ candidates: { brief: 0.9 } });
  const played = conversation.turn({ ...found, candidates: { late: 0.9 } });
  expect([played.actions, played.rejections]).toEqual([['brief COMPLETE TERMINAL'], ['late ENTRY_CONDITION']]);
});

test('0.8: a message on which a pending start begins is no attempt at the question of another instance', () => {
  const conversation = new Conversation([asking('s', ['x']), asking('b', ['y'], { requires: { no: 'HARD' } })]);
  conversation.turn({ candidates: { s: 0.9, b: 0.8 } });
  expect(conversation.turn({ patch: { no: 7 } }).actions).toContain('b START PENDING');
  expect(conversation.instance('s').attempts).toBe(0);
});

describe('3.2: a message that takes the instance to a step that returns', () => {
  const help: StepDraft = {
    stepId: 'help',
    reachableFromAnywhere: true,
    templateIds: ['help'],
    to: [{ returns: true, intentLabel: 'ok' }],
  };
  const over: StepDraft = { stepId: 'over', reachableFromAnywhere: true, templateIds: ['over'], to: ['end'] };
  const start = (): Conversation => {
    const scenario = asking('s', ['age']);
    const conversation = new Conversation(
      [
        {
          ...scenario,
          steps: [...scenario.steps, help, over],
          globals: [
            { to: 'over', intentLabel: 'stop' },
            { to: 'help', intentLabel: 'help' },
          ],
        },
      ],
      { fields: [{ name: 'age', type: 'INTEGER' }] },
    );
    conversation.turn({ candidates: { s: 0.9 } });
    return conversation;
  };

  test('3.2: is no attempt at the open question', () => {
    const conversation = start();
    conversation.turn({ intent: 'help' });
    expect(conversation.instance('s').attemptsTotal).toBe(0);
  });

  test('10: is an attempt if it gives a value that is rejected', () => {
    const conversation = start();
    conversation.turn({ intent: 'help', variables: { age: 'old' } });
    expect(conversation.instance('s').attemptsTotal).toBe(1);
  });
});
