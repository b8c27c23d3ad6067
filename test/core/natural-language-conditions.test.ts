import type { SemanticEvaluation } from '../../src/core/model/settings';
import type { Truth } from '../../src/core/model/truth';
import { Conversation, type ScenarioDraft, type TransitionDraft, type TurnDraft } from '../support/conversation';
import { aProposal } from '../support/proposals';
import { end } from '../support/sample-scenarios';

const urgent = { to: 'express', conditionText: 'The customer is in a hurry.', conditionEmbedding: [1, 0] };

/** Asks for an order; then, by a condition in words, goes to "express", else to the end. */
function parcel(first: TransitionDraft = urgent, globals: readonly TransitionDraft[] = []): ScenarioDraft {
  return {
    scenarioId: 'parcel',
    globals,
    steps: [
      { stepId: 'ask', collectsProfileFields: ['order'], to: [first, 'end'] },
      {
        stepId: 'express',
        templateIds: ['express'],
        reachableFromAnywhere: true,
        to: [{ to: 'end', intentLabel: 'bye' }],
      },
      end,
    ],
  };
}

function talkWith(semanticEvaluation: SemanticEvaluation, scenario = parcel(), semanticThreshold = 0.8): Conversation {
  const talk = new Conversation([scenario], { settings: { semanticEvaluation, semanticThreshold } });
  talk.turn({ candidates: { parcel: 0.9 } });
  return talk;
}

const judged = (truth: Truth): TurnDraft => ({
  variables: { order: 1 },
  proposal: aProposal({ of: 'parcel', verdicts: { 'ask/1': truth } }),
});
const near = (...embedding: readonly number[]): TurnDraft => ({ variables: { order: 1 }, situation: { embedding } });

const taken: Readonly<Record<Truth, string>> = { TRUE: 'express', FALSE: 'end', UNKNOWN: 'ask' };

test.each(Object.entries(taken))('3.4 "llm": what the model finds %s leads to "%s"', (truth, target) => {
  const decision = talkWith('llm')
    .turn(judged(truth as Truth))
    .transition('parcel');
  expect(decision.targetStepId).toBe(target);
  expect(decision.alternatives[0]).toMatchObject({ transitionId: 'ask/1', truth });
});

test('3.4 "llm": where the model was not asked or not heard the condition is UNKNOWN, holds back and says why', () => {
  const decision = talkWith('llm')
    .turn({ variables: { order: 1 } })
    .transition('parcel');
  expect(decision).toMatchObject({ targetStepId: 'ask', reason: 'CONDITION_UNKNOWN', missingFields: [] });
  expect(decision.reasoning).toBe(
    'Transition "ask/1" of step "ask" has a condition in natural language that could not be judged.',
  );
  expect(decision.alternatives).toMatchObject([
    { notTakenBecause: 'its condition in natural language could not be judged' },
    { notTakenBecause: 'held back by "ask/1"' },
  ]);
});

test('3.4 "llm": a verdict about another version or another scenario counts for nothing', () => {
  const { proposal } = judged('TRUE');
  const verdicts = proposal?.verdicts.map((verdict) => ({ ...verdict, scenarioVersion: 2 })) ?? [];
  const draft = { ...judged('TRUE'), proposal: { ...aProposal(), verdicts } };
  expect(talkWith('llm').turn(draft).transition('parcel').targetStepId).toBe('ask');
  const foreign = { ...draft, proposal: aProposal({ of: 'other', verdicts: { 'ask/1': 'TRUE' } }) };
  expect(talkWith('llm').turn(foreign).transition('parcel').targetStepId).toBe('ask');
});

test('3.4 "off": the condition is never taken and holds nothing back', () => {
  const decision = talkWith('off')
    .turn({ ...judged('TRUE'), ...near(1, 0) })
    .transition('parcel');
  expect(decision.targetStepId).toBe('end');
  expect(decision.alternatives[0]).toMatchObject({
    truth: undefined,
    notTakenBecause: 'its condition is in natural language and is not judged',
  });
});

test.each<[string, readonly number[], number, Truth]>([
  ['the same direction', [3, 0], 0.8, 'TRUE'],
  ['exactly the threshold', [0.8, 0.6], 0.8, 'TRUE'],
  ['a little less', [0.79, 0.62], 0.8, 'FALSE'],
  ['the opposite', [-1, 0], 0.8, 'FALSE'],
  ['the opposite, with a threshold that takes everything', [-1, 0], -1, 'TRUE'],
  ['nothing', [], 0.8, 'UNKNOWN'],
  ['another number of numbers', [1, 0, 0], 0.8, 'UNKNOWN'],
  ['no direction', [0, 0], 0.8, 'UNKNOWN'],
  ['numbers that are too large', [1e200, 1e200], 0.8, 'UNKNOWN'],
])('3.4 "embedding": a message with %s', (_what, embedding, threshold, truth) => {
  const decision = talkWith('embedding', parcel(), threshold)
    .turn(near(...embedding))
    .transition('parcel');
  expect(decision.targetStepId).toBe(taken[truth]);
});

test('3.4 "embedding": a condition without an embedding is UNKNOWN', () => {
  const talk = talkWith('embedding', parcel({ to: 'express', conditionText: 'The customer is in a hurry.' }));
  expect(talk.turn(near(1, 0)).transition('parcel').targetStepId).toBe('ask');
});

test.each<[Truth, string, string]>([
  ['TRUE', 'fast', 'express'],
  ['TRUE', 'slow', 'end'],
  ['FALSE', 'fast', 'end'],
  ['UNKNOWN', 'slow', 'end'],
  ['UNKNOWN', 'fast', 'ask'],
])(
  '3.3 with text %s and another part that is right for "fast", an intent "%s" leads to "%s"',
  (truth, intent, target) => {
    const talk = talkWith('llm', parcel({ ...urgent, intentLabel: 'fast' }));
    expect(talk.turn({ ...judged(truth), intent }).transition('parcel').targetStepId).toBe(target);
  },
);

test('3.3 a condition that could not be judged never holds back where it is ANYTIME', () => {
  const talk = talkWith('llm', parcel({ ...urgent, trigger: 'ANYTIME' }));
  expect(talk.turn({ variables: { order: 1 } }).transition('parcel').targetStepId).toBe('end');
});

test('3.2 a global transition in words is not taken again before the model has found it FALSE in between', () => {
  const talk = talkWith('llm', {
    ...parcel(),
    steps: [
      { stepId: 'ask', collectsProfileFields: ['order'], to: ['end'] },
      { stepId: 'help', templateIds: ['help'], reachableFromAnywhere: true, to: ['ask'] },
      end,
    ],
    globals: [{ to: 'help', conditionText: 'The customer asks for help.' }],
  });
  const said = (truth: Truth): TurnDraft => ({
    proposal: aProposal({ of: 'parcel', verdicts: { 'global/1': truth } }),
  });
  const places = (['TRUE', 'TRUE', 'TRUE', 'FALSE', 'TRUE'] as const).map(
    (truth) => talk.turn(said(truth)).transition('parcel').targetStepId,
  );
  expect(places).toEqual(['help', 'ask', 'ask', 'ask', 'help']);
});
