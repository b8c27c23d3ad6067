import type { TransitionAlternative, TransitionReason } from '../../../src/core/model/transition-decision';
import {
  Conversation,
  type Played,
  type ScenarioDraft,
  type StepDraft,
  type TurnDraft,
} from '../../support/conversation';
import { acting, asking, confirming, end, silent } from '../../support/sample-scenarios';
import { started } from '../../support/started';

const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const ask = (field: string, ...to: NonNullable<StepDraft['to']>): StepDraft => ({
  stepId: field,
  collectsProfileFields: [field],
  to,
});
const scenario = (...steps: readonly StepDraft[]): ScenarioDraft => ({ scenarioId: 's', steps: [...steps, end] });

/** The last of some turns of one scenario, which starts on the first. */
function lastTurn(draft: ScenarioDraft, ...drafts: readonly TurnDraft[]): Played {
  const [head, ...rest] = drafts;
  const { talk, first } = started([draft], head);
  return rest.reduce((_before, each) => talk.turn(each), first);
}

/** How a turn comes to each reason for "s", and the sentence that goes with it. */
const cases: Readonly<Record<TransitionReason, readonly [() => Played, sentence: string]>> = {
  ENTERED: [() => lastTurn(asking('s', ['a'])), 'It starts at step "ask_a". Step "ask_a" needs a.'],
  ADVANCED: [
    () => lastTurn(asking('s', ['a', 'b', 'c']), {}, { variables: { a: 1, b: 2 } }),
    'It went ask_a -> ask_b -> ask_c. Nothing was asked at ask_b, as all that is collected there is known. Step "ask_c" needs c.',
  ],
  CORRECTED: [
    () => lastTurn(asking('s', ['a', 'b']), {}, { variables: { a: 1 } }, { variables: { a: 2 } }),
    'a changed, so it went back and on: ask_b -> ask_a -> ask_b. Step "ask_b" needs b.',
  ],
  RELOCALIZED: [
    () => {
      const help = { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['a'] };
      const { talk } = started([scenario(ask('a', 'end'), help)], {}, { settings: { maxAttempts: 1 } });
      talk.turn();
      return talk.turn();
    },
    'It would go round at step "a" above the limit of visits, failures or attempts, so it was moved to recovery step "help". Step "help" has help to tell first.',
  ],
  NOT_ADDRESSED: [
    () => {
      const talk = new Conversation([asking('s', ['a']), asking('t', ['b'])]);
      talk.turn({ candidates: { s: 0.9, t: 0.8 } });
      return talk.turn({ variables: { b: 1 } });
    },
    'The turn is about others, so it stays where it is.',
  ],
  BLOCKED_BY_CHECKPOINT: [
    () => {
      const pay = { stepId: 'pay', isCheckpoint: true, checkpointDescription: 'order 1 is paid', to: ['b'] };
      return lastTurn(scenario(ask('a', 'pay'), pay, ask('b', 'end')), { variables: { a: 1 } }, confirmed, {
        variables: { a: 2 },
      });
    },
    'a changed, but was used before checkpoint "order 1 is paid", behind which it does not go back. Step "b" needs b.',
  ],
  AWAITS_FIELDS: [() => lastTurn(asking('s', ['a']), {}, {}), 'Step "ask_a" needs a.'],
  AWAITS_CONFIRMATION: [
    () => lastTurn(confirming('s'), {}, {}),
    'Step "confirm" awaits a confirmation of "s confirmed".',
  ],
  AWAITS_ACTION: [
    () => lastTurn(acting('s'), {}, { outcomes: [{ kind: 'ACTION_FAILED' }] }),
    'Step "act" awaits the success of s_tool, which failed and is tried again.',
  ],
  INFORMS: [
    () =>
      lastTurn(
        scenario({ stepId: 'a', isCheckpoint: true, templateIds: ['hello', 'more'], to: ['end'] }),
        {},
        confirmed,
      ),
    'Step "a" has hello, more to tell first.',
  ],
  CONDITION_UNKNOWN: [
    () => lastTurn(scenario(ask('a', { to: 'end', condition: 'data.zip == "1"' })), { variables: { a: 1 } }, {}),
    'Transition "a/1" of step "a" misses zip.',
  ],
  NO_TRANSITION: [
    () => lastTurn(scenario(ask('a', { to: 'end', condition: 'data.a > 1.0' })), {}, { variables: { a: 0 } }),
    'No transition of step "a" is taken: "a/1": it does not hold.',
  ],
  TERMINAL: [
    () =>
      lastTurn(
        { ...scenario(), idleTimeoutMs: 60_000 },
        { occurredAt: 0 },
        { trigger: 'TIMER', occurredAt: 90_000 },
        { trigger: 'TIMER', signals: [['CONTINUE', 's']] },
      ),
    'Step "end" is terminal and has nothing left to do.',
  ],
};

test.each(Object.entries(cases))('3 explained: %s says where the instance is and why', (reason, [play, sentence]) => {
  expect(play().transition('s')).toMatchObject({ reason, reasoning: sentence });
});

test.each<[string, ScenarioDraft, readonly TurnDraft[], string]>([
  [
    'a step that must be asked although all is known',
    scenario({ ...ask('a', 'end'), canSkip: false }),
    [{ variables: { a: 1 } }],
    'It starts at step "a". Step "a" asks for a, known or not, as it may not be skipped and was not asked yet.',
  ],
  [
    'tools that may run',
    scenario({ stepId: 'a', toolIds: ['t', 'u'], to: ['end'] }),
    [{}],
    'It starts at step "a". Step "a" has t, u run first.',
  ],
  [
    'a condition that misses what is not asked for',
    scenario(ask('a', { to: 'end', condition: 'customer.vip == true' })),
    [{ variables: { a: 1 } }, {}],
    'Transition "a/1" of step "a" misses data that is not asked for.',
  ],
  [
    'no transition at all',
    scenario(ask('a', { to: 'b', intentLabel: 'x' }, 'end'), { stepId: 'b' }),
    [{ intent: 'x', variables: { a: 1 } }, {}],
    'Step "b" has no transition.',
  ],
  [
    'many transitions, of which three are named',
    scenario(ask('a', ...['w', 'x', 'y', 'z'].map((intentLabel) => ({ to: 'end', intentLabel })))),
    [{ variables: { a: 1 } }, {}],
    'No transition of step "a" is taken: "a/1": it does not hold; "a/2": it does not hold; "a/3": it does not hold; and others.',
  ],
  [
    'a checkpoint where nothing is done, on which a walk ends',
    scenario({ stepId: 'a', isCheckpoint: true, requiresConfirmation: false, to: ['end'] }),
    [{}],
    'It starts at step "a". Step "a" has nothing to say; its transitions are looked at on the next turn.',
  ],
])('3 explained: %s', (_what, draft, drafts, sentence) => {
  expect(lastTurn(draft, ...drafts).transition('s').reasoning).toBe(sentence);
});

test('3 explained: a step that is left without its question, which had to wait', () => {
  const waits = scenario(ask('b', { to: 'c', trigger: 'ANYTIME', intentLabel: 'x' }, 'end'), ask('c', 'end'));
  const { talk } = started(
    [asking('first', ['a'], { priority: 9 }), waits],
    {},
    { settings: { maxFieldsToAskPerTurn: 1 } },
  );
  expect(talk.turn({ intent: 'x' }).transition('s').reasoning).toBe(
    'It went b -> c. Nothing was asked at b. Step "c" needs c.',
  );
});

test('3 confidence: a decision by rule is sure, whether the instance moves, stays or is quiet', () => {
  const talk = new Conversation([asking('s', ['a', 'b']), asking('t', ['c'])]);
  const turns = [{ candidates: { s: 0.6, t: 0.7 } }, { variables: { a: 1 } }, {}].map((draft) => talk.turn(draft));
  const sure = turns.flatMap(({ result }) => result.transitionDecisions.map(({ confidence }) => confidence));
  expect(sure).toEqual([1, 1, 1, 1, 1, 1]);
});

test('3 explained: a step that is gone', () => {
  const help = { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['a'] };
  const { talk } = started([scenario(ask('a', 'end'), help)]);
  talk.session = { ...talk.session, instances: [{ ...talk.instance('s'), currentStepId: 'gone' }] };
  expect(talk.turn().transition('s').reasoning).toBe(
    'Step "gone" is not in version 1 of its scenario, so it was moved to recovery step "help". Step "help" has help to tell first.',
  );
});

test('3 explained: on a turn without a message it is not that the turn was about others', () => {
  expect(lastTurn(silent('s'), {}, { trigger: 'TIMER' }).transition('s').reasoning).toBe(
    'A turn without a message moves only what an outcome is about, what starts and what resumes, so it stays where it is.',
  );
});

/** The alternatives of the last turn, in words. */
function alternatives(draft: ScenarioDraft, ...drafts: readonly TurnDraft[]): readonly string[] {
  return lastTurn(draft, ...drafts)
    .transition('s')
    .alternatives.map(inWords);
}

function inWords({ transitionId, truth, missingFields, notTakenBecause }: TransitionAlternative): string {
  return [transitionId, truth ?? 'not evaluated', ...missingFields, notTakenBecause || 'taken'].join(' | ');
}

const known: TurnDraft = { variables: { a: 1 } };

test.each<[string, ScenarioDraft, readonly TurnDraft[], readonly string[]]>([
  [
    'FALSE, and the one that is taken',
    scenario(ask('a', { to: 'end', intentLabel: 'x' }, 'end')),
    [{}, known],
    ['a/1 | FALSE | it does not hold', 'a/2 | TRUE | taken'],
  ],
  [
    'UNKNOWN with what it misses, and what it holds back',
    scenario(ask('a', { to: 'end', conditionFields: ['zip', 'age'] }, 'end')),
    [{}, known],
    ['a/1 | UNKNOWN | age | zip | it misses age, zip', 'a/2 | not evaluated | held back by "a/1"'],
  ],
  [
    'UNKNOWN with nothing to ask for',
    scenario(ask('a', { to: 'end', condition: 'customer.vip == true' })),
    [{}, known],
    ['a/1 | UNKNOWN | it misses data that is not asked for'],
  ],
  [
    'a condition that fails',
    scenario(ask('a', { to: 'end', condition: 'data.a > "text"' }, 'end')),
    [{}, known],
    ['a/1 | FALSE | its condition failed', 'a/2 | TRUE | taken'],
  ],
  [
    'a condition in natural language',
    scenario(ask('a', { to: 'end', conditionText: 'the customer is a child' }, 'end')),
    [{}, known],
    ['a/1 | not evaluated | its condition is in natural language and is not judged', 'a/2 | TRUE | taken'],
  ],
  [
    'a step that was entered this turn',
    scenario({ stepId: 'x', to: ['y'] }, { stepId: 'y', to: [{ to: 'x', priority: 1, condition: 'true' }, 'end'] }),
    [{}],
    ['x/1 | TRUE | taken', 'y/1 | TRUE | its target was entered this turn', 'y/2 | not evaluated | held back by "y/1"'],
  ],
  [
    'what does not take up a failed action',
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
    ['act/1 | FALSE | it does not hold', 'act/2 | not evaluated | it does not take up how the step ended'],
  ],
  [
    'a global transition from its own target',
    {
      ...scenario(ask('a', 'end'), { ...ask('help', 'a'), reachableFromAnywhere: true }),
      globals: [{ to: 'help', intentLabel: 'help' }],
    },
    [{}, { intent: 'help' }, { intent: 'help' }],
    ['global/1 | not evaluated | the instance stands at its target'],
  ],
  [
    'a global transition that was taken before',
    {
      ...scenario(ask('a', 'end'), { stepId: 'help', templateIds: ['help'], reachableFromAnywhere: true, to: ['a'] }),
      globals: [{ to: 'help', intentLabel: 'help' }],
    },
    [{}, { intent: 'help' }, { intent: 'help' }, { intent: 'help' }],
    ['global/1 | not evaluated | it was taken before and nothing that it reads has changed since'],
  ],
])('3 explained: alternatives tell %s', (_what, draft, drafts, expected) => {
  expect(alternatives(draft, ...drafts)).toEqual(expected);
});
