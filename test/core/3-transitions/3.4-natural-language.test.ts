import type { SemanticEvaluation } from '../../../src/core/model/settings';
import type { Truth } from '../../../src/core/model/truth';
import { Conversation, type ScenarioDraft, type TransitionDraft, type TurnDraft } from '../../support/conversation';
import { aProposal } from '../../support/proposals';
import { end } from '../../support/sample-scenarios';

const urgent = { to: 'express', conditionText: 'The customer is in a hurry.', conditionEmbedding: [1, 0] };

/** Creates a scenario that asks for an order. A natural-language condition then leads to "express"; a default transition leads to "end". */
function createParcel(first: TransitionDraft = urgent, globals: readonly TransitionDraft[] = []): ScenarioDraft {
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

function startParcel(
  semanticEvaluation: SemanticEvaluation,
  scenario = createParcel(),
  semanticThreshold = 0.8,
): Conversation {
  const conversation = new Conversation([scenario], { settings: { semanticEvaluation, semanticThreshold } });
  conversation.turn({ candidates: { parcel: 0.9 } });
  return conversation;
}

const withVerdict = (truth: Truth): TurnDraft => ({
  variables: { order: 1 },
  proposal: aProposal({ verdictScenarioId: 'parcel', verdicts: { 'ask/1': truth } }),
});
const withEmbedding = (...embedding: readonly number[]): TurnDraft => ({
  variables: { order: 1 },
  situation: { embedding },
});

const targets: Readonly<Record<Truth, string>> = { TRUE: 'express', FALSE: 'end', UNKNOWN: 'ask' };

test.each(Object.entries(targets))(
  '3.4: with "llm", a condition that the model finds %s leads to "%s"',
  (truth, target) => {
    const decision = startParcel('llm')
      .turn(withVerdict(truth as Truth))
      .transition('parcel');
    expect(decision.targetStepId).toBe(target);
    expect(decision.alternatives[0]).toMatchObject({ transitionId: 'ask/1', truth });
  },
);

test('3.4: with "llm", a condition without a verdict is UNKNOWN and blocks', () => {
  const decision = startParcel('llm')
    .turn({ variables: { order: 1 } })
    .transition('parcel');
  expect(decision).toMatchObject({ targetStepId: 'ask', reason: 'CONDITION_UNKNOWN', missingFields: [] });
  expect(decision.reasoning).toBe(
    'Transition "ask/1" of step "ask" has a natural-language condition that could not be evaluated.',
  );
  expect(decision.alternatives).toMatchObject([
    { notTakenBecause: 'natural-language condition could not be evaluated' },
    { notTakenBecause: 'blocked by "ask/1"' },
  ]);
});

test('3.4: with "llm", a verdict about another version or scenario has no effect', () => {
  const { proposal } = withVerdict('TRUE');
  const verdicts = proposal?.verdicts.map((verdict) => ({ ...verdict, scenarioVersion: 2 })) ?? [];
  const draft = { ...withVerdict('TRUE'), proposal: { ...aProposal(), verdicts } };
  expect(startParcel('llm').turn(draft).transition('parcel').targetStepId).toBe('ask');
  const foreign = { ...draft, proposal: aProposal({ verdictScenarioId: 'other', verdicts: { 'ask/1': 'TRUE' } }) };
  expect(startParcel('llm').turn(foreign).transition('parcel').targetStepId).toBe('ask');
});

test('3.4: with "off", a transition with only a natural-language condition is never taken and does not block', () => {
  const decision = startParcel('off')
    .turn({ ...withVerdict('TRUE'), ...withEmbedding(1, 0) })
    .transition('parcel');
  expect(decision.targetStepId).toBe('end');
  expect(decision.alternatives[0]).toMatchObject({
    truth: undefined,
    notTakenBecause: 'natural-language conditions are not evaluated',
  });
});

test('3.4: with "off", a transition with other conditions is evaluated without its natural-language condition', () => {
  const conversation = startParcel('off', createParcel({ ...urgent, condition: 'data.order == 1.0' }));
  expect(conversation.turn({ variables: { order: 1 } }).transition('parcel').targetStepId).toBe('express');
});

test.each<[string, Truth, readonly number[], number]>([
  ['in the same direction', 'TRUE', [3, 0], 0.8],
  ['exactly at the threshold', 'TRUE', [0.8, 0.6], 0.8],
  ['just below the threshold', 'FALSE', [0.79, 0.62], 0.8],
  ['in the opposite direction', 'FALSE', [-1, 0], 0.8],
  ['in the opposite direction with threshold -1', 'TRUE', [-1, 0], -1],
  ['that is missing', 'UNKNOWN', [], 0.8],
  ['of another length', 'UNKNOWN', [1, 0, 0], 0.8],
  ['that is a zero vector', 'UNKNOWN', [0, 0], 0.8],
  ['whose squares overflow', 'UNKNOWN', [1e200, 1e200], 0.8],
])(
  '3.4: with "embedding", a message embedding %s makes the condition %s',
  (_embedding, truth, embedding, threshold) => {
    const decision = startParcel('embedding', createParcel(), threshold)
      .turn(withEmbedding(...embedding))
      .transition('parcel');
    expect(decision.targetStepId).toBe(targets[truth]);
  },
);

test('3.4: with "embedding", a condition without an embedding is UNKNOWN', () => {
  const conversation = startParcel(
    'embedding',
    createParcel({ to: 'express', conditionText: 'The customer is in a hurry.' }),
  );
  expect(conversation.turn(withEmbedding(1, 0)).transition('parcel').targetStepId).toBe('ask');
});

test.each<[Truth, string, string]>([
  ['TRUE', 'fast', 'express'],
  ['TRUE', 'slow', 'end'],
  ['FALSE', 'fast', 'end'],
  ['UNKNOWN', 'slow', 'end'],
  ['UNKNOWN', 'fast', 'ask'],
])(
  '3.4: a natural-language condition that is %s leads, with intent_label "fast" and intent "%s", to "%s"',
  (truth, intent, target) => {
    const conversation = startParcel('llm', createParcel({ ...urgent, intentLabel: 'fast' }));
    expect(conversation.turn({ ...withVerdict(truth), intent }).transition('parcel').targetStepId).toBe(target);
  },
);

test('3.4: an UNKNOWN natural-language condition of an ANYTIME transition does not block', () => {
  const conversation = startParcel('llm', createParcel({ ...urgent, trigger: 'ANYTIME' }));
  expect(conversation.turn({ variables: { order: 1 } }).transition('parcel').targetStepId).toBe('end');
});

test('3.4: a global transition with a natural-language condition is not taken again until the model finds it FALSE once', () => {
  const conversation = startParcel('llm', {
    ...createParcel(),
    steps: [
      { stepId: 'ask', collectsProfileFields: ['order'], to: ['end'] },
      { stepId: 'help', templateIds: ['help'], reachableFromAnywhere: true, to: ['ask'] },
      end,
    ],
    globals: [{ to: 'help', conditionText: 'The customer asks for help.' }],
  });
  const withGlobalVerdict = (truth: Truth): TurnDraft => ({
    proposal: aProposal({ verdictScenarioId: 'parcel', verdicts: { 'global/1': truth } }),
  });
  const stepIds = (['TRUE', 'TRUE', 'TRUE', 'FALSE', 'TRUE'] as const).map(
    (truth) => conversation.turn(withGlobalVerdict(truth)).transition('parcel').targetStepId,
  );
  expect(stepIds).toEqual(['help', 'ask', 'ask', 'ask', 'help']);
});

test('3.4: each natural-language condition has its own verdict', () => {
  const [ask, ...others] = createParcel().steps;
  const to = [{ ...urgent, to: 'end', conditionText: 'The customer is angry.' }, urgent];
  const steps = [{ stepId: 'ask', ...ask, to }, ...others];
  const proposal = aProposal({ verdictScenarioId: 'parcel', verdicts: { 'ask/1': 'FALSE', 'ask/2': 'TRUE' } });
  const decision = startParcel('llm', { scenarioId: 'parcel', steps })
    .turn({ variables: { order: 1 }, proposal })
    .transition('parcel');
  expect(decision.targetStepId).toBe('express');
});

test.each<[string, readonly number[], Truth]>([
  ['short', [0.1, 0], 'TRUE'],
  ['long', [100, 0], 'TRUE'],
  ['short and orthogonal', [0, 0.1], 'FALSE'],
  ['long and almost orthogonal', [100, 10_000], 'FALSE'],
])(
  '3.4: with "embedding", only the directions of the embeddings count: a message embedding that is %s',
  (_length, embedding, truth) => {
    const condition = { ...urgent, conditionEmbedding: [7, 0] };
    const decision = startParcel('embedding', createParcel(condition))
      .turn(withEmbedding(...embedding))
      .transition('parcel');
    expect(decision.targetStepId).toBe(targets[truth]);
  },
);
