import type { TransitionAlternative, TransitionReason } from '../../../src/core/model/transition-decision';
import {
  Conversation,
  type PlayedTurn,
  type ScenarioDraft,
  type StepDraft,
  type TurnDraft,
} from '../../support/conversation';
import { playToLast, startScenarios } from '../../support/play-turns';
import { acting, asking, confirming, end, silent, waiting } from '../../support/sample-scenarios';

const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const ask = (field: string, ...to: NonNullable<StepDraft['to']>): StepDraft => ({
  stepId: field,
  collectsProfileFields: [field],
  to,
});
const createScenario = (...steps: readonly StepDraft[]): ScenarioDraft => ({ scenarioId: 's', steps: [...steps, end] });

/** For each reason, a turn that leads to it and the sentence of the decision. */
const cases: Readonly<Record<TransitionReason, readonly [() => PlayedTurn, sentence: string]>> = {
  ENTERED: [() => playToLast(asking('s', ['a'])), 'Started at step "ask_a". Step "ask_a" needs a.'],
  ADVANCED: [
    () => playToLast(asking('s', ['a', 'b', 'c']), {}, { variables: { a: 1, b: 2 } }),
    'Moved ask_a -> ask_b -> ask_c. Skipped ask_b because all fields are known. Step "ask_c" needs c.',
  ],
  CORRECTED: [
    () => playToLast(asking('s', ['a', 'b']), {}, { variables: { a: 1 } }, { variables: { a: 2 } }),
    'Corrected a: moved ask_b -> ask_a -> ask_b. Step "ask_b" needs b.',
  ],
  WENT_BACK: [
    () => playToLast(asking('s', ['a', 'b']), {}, { variables: { a: 1 } }, { signals: ['BACK'] }),
    'The customer wanted to go back: moved ask_b -> ask_a. Step "ask_a" asks for a, even if known, because it cannot be skipped and has no answer yet.',
  ],
  RETURNED: [
    () => {
      const why = {
        stepId: 'why',
        templateIds: ['why'],
        reachableFromAnywhere: true,
        to: [{ returns: true as const }],
      };
      return playToLast(
        { ...createScenario(ask('a', 'end'), why), globals: [{ to: 'why', intentLabel: 'ask_why' }] },
        {},
        { intent: 'ask_why' },
        { intent: 'ok' },
      );
    },
    'Returned why -> a, to the step that a global transition left. Step "a" needs a.',
  ],
  RELOCALIZED: [
    () => {
      const help = { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['a'] };
      const { conversation } = startScenarios(
        [createScenario(ask('a', 'end'), help)],
        {},
        { settings: { maxAttempts: 1 } },
      );
      conversation.turn();
      return conversation.turn();
    },
    'Step "a" exceeded its limit of visits, failures or attempts, so the instance moved to recovery step "help". Step "help" first sends help.',
  ],
  NOT_ADDRESSED: [
    () => {
      const conversation = new Conversation([asking('s', ['a']), asking('t', ['b'])]);
      conversation.turn({ candidates: { s: 0.9, t: 0.8 } });
      return conversation.turn({ variables: { b: 1 } });
    },
    'The turn does not address this instance, so it stays at its step.',
  ],
  BLOCKED_BY_CHECKPOINT: [
    () => {
      const pay = { stepId: 'pay', isCheckpoint: true, checkpointDescription: 'order 1 is paid', to: ['b'] };
      return playToLast(createScenario(ask('a', 'pay'), pay, ask('b', 'end')), { variables: { a: 1 } }, confirmed, {
        variables: { a: 2 },
      });
    },
    'Cannot go back to correct a: checkpoint "order 1 is paid" was passed. Step "b" needs b.',
  ],
  NOTHING_TO_GO_BACK_TO: [
    () => playToLast(asking('s', ['a']), {}, { signals: ['BACK'] }),
    'The customer wanted to go back, but no earlier step asked for anything. Step "ask_a" needs a.',
  ],
  AWAITS_FIELDS: [() => playToLast(asking('s', ['a']), {}, {}), 'Step "ask_a" needs a.'],
  AWAITS_CONFIRMATION: [
    () => playToLast(confirming('s'), {}, {}),
    'Step "confirm" awaits confirmation of "s confirmed".',
  ],
  AWAITS_ACTION: [
    () => playToLast(acting('s'), {}, { outcomes: [{ kind: 'ACTION_FAILED', toolId: 's_tool' }] }),
    'Step "act" awaits the success of s_tool, which failed and is retried.',
  ],
  AWAITS_CALL: [
    () => {
      const call = { stepId: 'call', calls: { scenarioId: 't', reuseCompleted: false, returns: [] }, to: ['end'] };
      const conversation = new Conversation([createScenario(call), { ...asking('t', ['x', 'y']), name: 'Trip' }]);
      conversation.turn({ candidates: { s: 0.9 } });
      return conversation.turn({ signals: [['CONTINUE', 's']] });
    },
    'Step "call" waits for the scenario "Trip" that it calls.',
  ],
  AWAITS_EVENT: [
    () => playToLast(createScenario({ stepId: 'a', to: [{ to: 'end', condition: 'data.paid == true' }] }), {}, {}),
    'Transition "a/1" of step "a" waits for paid from outside.',
  ],
  INFORMS: [
    () =>
      playToLast(
        createScenario({ stepId: 'a', isCheckpoint: true, templateIds: ['hello', 'more'], to: ['end'] }),
        {},
        confirmed,
      ),
    'Step "a" first sends hello, more.',
  ],
  CONDITION_UNKNOWN: [
    () =>
      playToLast(
        { ...createScenario(ask('a', { to: 'end', condition: 'data.zip == "1"' })), requires: { zip: 'SOFT' } },
        { variables: { a: 1 } },
        {},
      ),
    'Transition "a/1" of step "a" is missing zip.',
  ],
  NO_TRANSITION: [
    () => playToLast(createScenario(ask('a', { to: 'end', condition: 'data.a > 1.0' })), {}, { variables: { a: 0 } }),
    'No transition of step "a" was taken: "a/1": conditions not met.',
  ],
  TERMINAL: [
    () =>
      playToLast(
        { ...createScenario(), idleTimeoutMs: 60_000 },
        { occurredAt: 0 },
        { trigger: 'TIMER', occurredAt: 90_000 },
        { trigger: 'TIMER', signals: [['CONTINUE', 's']] },
      ),
    'Step "end" is terminal and finished.',
  ],
};

test.each(Object.entries(cases))(
  '3: the reasoning of %s explains where the instance is and why',
  (reason, [play, sentence]) => {
    expect(play().transition('s')).toMatchObject({ reason, reasoning: sentence });
  },
);

test.each<[string, ScenarioDraft, readonly TurnDraft[], string]>([
  [
    'a step that asks for known fields',
    createScenario({ ...ask('a', 'end'), canSkip: false }),
    [{ variables: { a: 1 } }],
    'Started at step "a". Step "a" asks for a, even if known, because it cannot be skipped and has no answer yet.',
  ],
  [
    'an optional action',
    createScenario({ stepId: 'a', toolIds: ['t', 'u'], to: ['end'] }),
    [{}],
    'Started at step "a". Step "a" first runs t, u.',
  ],
  [
    'an action whose outcome a transition reads',
    createScenario({ stepId: 'a', toolIds: ['t'], to: [{ to: 'end', outcomes: ['ACTION_SUCCEEDED'] }] }),
    [{}],
    'Started at step "a". Step "a" awaits the outcome of t.',
  ],
  [
    'templates of earlier steps',
    createScenario({ stepId: 'a', templateIds: ['hello'], speak: 'WITH_NEXT', to: ['wait'] }, waiting),
    [{}],
    'Moved a -> wait. Step "wait" first sends hello.',
  ],
  [
    'a transition with missing data that cannot be asked for',
    createScenario(ask('a', { to: 'end', condition: 'customer.vip == true' })),
    [{ variables: { a: 1 } }, {}],
    'Transition "a/1" of step "a" is missing data that cannot be asked for.',
  ],
  [
    'a step without transitions',
    createScenario(ask('a', { to: 'b', intentLabel: 'x' }, 'end'), { stepId: 'b' }),
    [{ intent: 'x', variables: { a: 1 } }, {}],
    'Step "b" has no transitions.',
  ],
  [
    'more than three alternatives',
    createScenario(ask('a', ...['w', 'x', 'y', 'z'].map((intentLabel) => ({ to: 'end', intentLabel })))),
    [{ variables: { a: 1 } }, {}],
    'No transition of step "a" was taken: "a/1": conditions not met; "a/2": conditions not met; "a/3": conditions not met; and others.',
  ],
  [
    'a checkpoint without stages where the walk ends',
    createScenario({ stepId: 'a', isCheckpoint: true, requiresConfirmation: false, to: ['end'] }),
    [{}],
    'Started at step "a". Step "a" has nothing to contribute. Its transitions are evaluated on the next turn.',
  ],
])('3: the reasoning explains %s', (_case, draft, drafts, sentence) => {
  expect(playToLast(draft, ...drafts).transition('s').reasoning).toBe(sentence);
});

test('3: the reasoning explains a skipped step whose ASK was deferred', () => {
  const deferred = createScenario(ask('b', { to: 'c', trigger: 'ANYTIME', intentLabel: 'x' }, 'end'), ask('c', 'end'));
  const { conversation } = startScenarios(
    [asking('first', ['a'], { priority: 9 }), deferred],
    {},
    { settings: { maxFieldsToAskPerTurn: 1 } },
  );
  expect(conversation.turn({ intent: 'x' }).transition('s').reasoning).toBe(
    'Moved b -> c. Skipped b. Step "c" needs c.',
  );
});

describe('a change while an action is under way', () => {
  const pay = {
    stepId: 'pay',
    isCheckpoint: true,
    isRequiredAction: true,
    toolIds: ['t'],
    checkpointDescription: 'paid',
    to: ['b'],
  };
  const scenario = createScenario(ask('a', 'pay'), pay, ask('b', 'end'));
  const change: TurnDraft = { variables: { a: 2 } };

  test('3.9: the decision lists the changed fields and explains that they wait', () => {
    expect(playToLast(scenario, { variables: { a: 1 } }, confirmed, change).transition('s')).toMatchObject({
      reason: 'AWAITS_ACTION',
      correctedFields: ['a'],
      targetStepId: 'pay',
      reasoning:
        'The change of a waits until the action that is under way has an outcome. Step "pay" awaits the success of t.',
    });
  });

  test('3.9: after the success the decision explains that the change came too late', () => {
    const done: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 't' }] };
    expect(playToLast(scenario, { variables: { a: 1 } }, confirmed, change, done).transition('s')).toMatchObject({
      reason: 'ADVANCED',
      blockedByCheckpoint: 'paid',
      correctedFields: ['a'],
      reasoning: 'Moved pay -> b. The change of a came too late: checkpoint "paid" was passed. Step "b" needs b.',
    });
  });
});

test('3.10: the reasoning of a BACK that a checkpoint blocks names no field', () => {
  const pay = { stepId: 'pay', isCheckpoint: true, checkpointDescription: 'order 1 is paid', to: ['b'] };
  const scenario = createScenario(ask('a', 'pay'), pay, ask('b', 'end'));
  expect(playToLast(scenario, { variables: { a: 1 } }, confirmed, { signals: ['BACK'] }).transition('s')).toMatchObject(
    {
      reason: 'BLOCKED_BY_CHECKPOINT',
      reasoning: 'Cannot go back: checkpoint "order 1 is paid" was passed. Step "b" needs b.',
    },
  );
});

test('2.3: an instance that ends on its walk has a transition decision, and one that ends before its walk has none', () => {
  const silentEnd = createScenario(ask('a', 'done'), { stepId: 'done', isTerminal: true });
  expect(playToLast(silentEnd, {}, { variables: { a: 1 } }).transition('s')).toMatchObject({
    reason: 'ADVANCED',
    targetStepId: 'done',
    reasoning: 'Moved a -> done. Step "done" is terminal and finished.',
  });
  expect(playToLast(silentEnd, {}, { signals: ['CANCEL'] }).result.transitionDecisions).toEqual([]);
});

test('3: the confidence of a decision by rules is 1', () => {
  const conversation = new Conversation([asking('s', ['a', 'b']), asking('t', ['c'])]);
  const turns = [{ candidates: { s: 0.6, t: 0.7 } }, { variables: { a: 1 } }, {}].map((draft) =>
    conversation.turn(draft),
  );
  const confidences = turns.flatMap(({ result }) => result.transitionDecisions.map(({ confidence }) => confidence));
  expect(confidences).toEqual([1, 1, 1, 1, 1, 1]);
});

test('3: the reasoning explains a missing step', () => {
  const help = { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['a'] };
  const { conversation } = startScenarios([createScenario(ask('a', 'end'), help)]);
  conversation.session = {
    ...conversation.session,
    instances: [{ ...conversation.instance('s'), currentStepId: 'removed' }],
  };
  expect(conversation.turn().transition('s').reasoning).toBe(
    'Step "removed" does not exist in version 1 of the scenario, so the instance moved to recovery step "help". Step "help" first sends help.',
  );
});

test('3: the reasoning explains an instance that does not walk on a turn without a message', () => {
  expect(playToLast(silent('s'), {}, { trigger: 'TIMER' }).transition('s').reasoning).toBe(
    'Nothing on this turn is about this instance, so it stays at its step.',
  );
});

/** Describes the alternatives of the last turn. */
function describeAlternatives(draft: ScenarioDraft, ...drafts: readonly TurnDraft[]): readonly string[] {
  return playToLast(draft, ...drafts)
    .transition('s')
    .alternatives.map(describeAlternative);
}

function describeAlternative({ transitionId, truth, missingFields, notTakenBecause }: TransitionAlternative): string {
  return [transitionId, truth ?? 'not evaluated', ...missingFields, notTakenBecause || 'taken'].join(' | ');
}

const known: TurnDraft = { variables: { a: 1 } };

test.each<[string, ScenarioDraft, readonly TurnDraft[], readonly string[]]>([
  [
    'a FALSE and a taken transition',
    createScenario(ask('a', { to: 'end', intentLabel: 'x' }, 'end')),
    [{}, known],
    ['a/1 | FALSE | conditions not met', 'a/2 | TRUE | taken'],
  ],
  [
    'an UNKNOWN transition and one that it blocks',
    createScenario(ask('a', { to: 'end', conditionFields: ['zip', 'age'] }, 'end')),
    [{}, known],
    ['a/1 | UNKNOWN | age | zip | missing age, zip', 'a/2 | not evaluated | blocked by "a/1"'],
  ],
  [
    'an UNKNOWN transition whose missing data cannot be asked for',
    createScenario(ask('a', { to: 'end', condition: 'customer.vip == true' })),
    [{}, known],
    ['a/1 | UNKNOWN | missing data that cannot be asked for'],
  ],
  [
    'a condition that fails',
    createScenario(ask('a', { to: 'end', condition: 'data.a > "text"' }, 'end')),
    [{}, known],
    ['a/1 | FALSE | condition failed', 'a/2 | TRUE | taken'],
  ],
  [
    'a natural-language condition',
    createScenario(ask('a', { to: 'end', conditionText: 'the customer is a child' }, 'end')),
    [{}, known],
    ['a/1 | not evaluated | natural-language conditions are not evaluated', 'a/2 | TRUE | taken'],
  ],
  [
    'a target that was already entered on this turn',
    createScenario(
      { stepId: 'x', to: ['y'] },
      { stepId: 'y', to: [{ to: 'x', priority: 1, condition: 'true' }, 'end'] },
    ),
    [{}],
    [
      'x/1 | TRUE | taken',
      'y/1 | TRUE | target was already entered on this turn',
      'y/2 | not evaluated | blocked by "y/1"',
    ],
  ],
  [
    'a transition that does not read the outcome of a failed action',
    {
      scenarioId: 's',
      steps: [
        {
          stepId: 'act',
          isRequiredAction: true,
          toolIds: ['t'],
          to: [{ to: 'end', outcomes: ['DECLINED'] }, 'end'],
        },
        end,
      ],
    },
    [{}, { outcomes: [{ kind: 'ACTION_FAILED' }] }],
    ['act/1 | FALSE | conditions not met', 'act/2 | not evaluated | does not read the outcome that ended the step'],
  ],
  [
    'a global transition at its own target',
    {
      ...createScenario(ask('a', 'end'), { ...ask('help', 'a'), reachableFromAnywhere: true }),
      globals: [{ to: 'help', intentLabel: 'help' }],
    },
    [{}, { intent: 'help' }, { intent: 'help' }],
    ['global/1 | not evaluated | instance is already at the target'],
  ],
  [
    'a global transition that was already taken',
    {
      ...createScenario(ask('a', 'end'), {
        stepId: 'help',
        templateIds: ['help'],
        reachableFromAnywhere: true,
        to: ['a'],
      }),
      globals: [{ to: 'help', intentLabel: 'help' }],
    },
    [{}, { intent: 'help' }, { intent: 'help' }, { intent: 'help' }],
    ['global/1 | not evaluated | already taken, and nothing that it reads has changed since'],
  ],
  [
    'an UNKNOWN ANYTIME transition, which does not block',
    createScenario(ask('a', { to: 'end', trigger: 'ANYTIME', condition: 'data.b == 1.0' }, 'end')),
    [{}, known],
    ['a/1 | UNKNOWN | b | missing b', 'a/2 | TRUE | taken'],
  ],
  [
    'a transition with another intent',
    createScenario(ask('a', { to: 'end', intentLabel: 'y' }, 'end')),
    [{}, { ...known, intent: 'z' }],
    ['a/1 | FALSE | conditions not met', 'a/2 | TRUE | taken'],
  ],
])('3: the alternatives explain %s', (_case, draft, drafts, expected) => {
  expect(describeAlternatives(draft, ...drafts)).toEqual(expected);
});
