import type { RejectedCandidate, RejectionReason } from '../../../src/core/model/lifecycle-decision';
import { aRelationship, Conversation, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { aProposal } from '../../support/proposals';
import { asking, silent, type Variation } from '../../support/sample-scenarios';

const refund = (variation: Variation = {}): ScenarioDraft =>
  asking('refund', ['order'], { name: 'Refund', ...variation });

const other = (variation: Variation = {}): ScenarioDraft => silent('other', { name: 'Other', ...variation });
const named: TurnDraft = { candidates: { refund: 0.9 } };

interface Case {
  readonly scenarios: readonly ScenarioDraft[];
  readonly options?: ConstructorParameters<typeof Conversation>[1];
  readonly earlierTurns?: readonly TurnDraft[];
  /** The turn that rejects the candidate; by default one that names "refund". */
  readonly turn?: TurnDraft;
  readonly reasoning: string;
  readonly details?: Partial<RejectedCandidate>;
}

/** For each reason, a turn that rejects "refund" with this reason, the expected sentence and the details. */
const cases: Readonly<Record<RejectionReason, Case>> = {
  NOT_FOUND: { scenarios: [], reasoning: 'The catalogue does not contain scenario "refund".' },
  DISABLED: { scenarios: [refund({ enabled: false })], reasoning: '"Refund" is disabled.' },
  FILTERING_DISABLED: {
    scenarios: [refund()],
    options: { settings: { filteringEnabled: false } },
    reasoning: '"Refund" cannot start: pipeline.scenario_filtering.enabled is false.',
  },
  ALREADY_ACTIVE: {
    scenarios: [refund()],
    earlierTurns: [named],
    reasoning: 'The session already has an instance of "Refund".',
  },
  JUST_ENDED: {
    scenarios: [refund()],
    earlierTurns: [named],
    turn: { ...named, signals: ['CANCEL'] },
    reasoning: '"Refund" ended on this turn, or its pending start was canceled, and no START is aimed at it.',
  },
  NEEDS_CONSENT: {
    scenarios: [refund({ askBeforeStart: true })],
    reasoning: '"Refund" starts only after the customer agrees (ask_before_start).',
  },
  BELOW_THRESHOLD: {
    scenarios: [refund()],
    turn: { candidates: { refund: 0.4 } },
    reasoning: 'The score 0.4 of "Refund" is below the threshold 0.5.',
    details: { score: 0.4 },
  },
  MODEL: {
    scenarios: [refund()],
    turn: { ...named, proposal: aProposal({ fits: { refund: false } }) },
    reasoning: 'The model finds that the message is not about "Refund".',
    details: { proposed: undefined, overruledBy: '' },
  },
  ENTRY_CONDITION: {
    scenarios: [refund({ entryCondition: 'data.vip == true' })],
    reasoning: 'The entry_condition of "Refund" is UNKNOWN because fields are missing: vip.',
    details: { missingFields: ['vip'] },
  },
  DEPENDENCY: {
    scenarios: [refund(), other()],
    options: { relationships: [aRelationship('refund', 'DEPENDS_ON', 'other')] },
    reasoning: '"Refund" depends on scenarios whose last run in this session has not succeeded: "Other".',
    details: { blockingScenarioIds: ['other'], pendingTurnsLeft: 3 },
  },
  SUPERSEDED: {
    scenarios: [refund(), other()],
    options: { relationships: [aRelationship('other', 'SPECIALIZES', 'refund')] },
    turn: { candidates: { refund: 0.9, other: 0.8 } },
    reasoning: 'A scenario that specializes "Refund" starts: "Other".',
    details: { blockingScenarioIds: ['other'] },
  },
  AMBIGUOUS: {
    scenarios: [refund(), other()],
    options: { relationships: [aRelationship('other', 'AMBIGUOUS', 'refund')] },
    turn: { candidates: { refund: 0.9, other: 0.85 } },
    reasoning: '"Refund" is ambiguous with "Other", because the scores differ by less than ambiguity_margin.',
    details: { blockingScenarioIds: ['other'] },
  },
  EXCLUDED: {
    scenarios: [refund(), other()],
    options: {
      relationships: [
        aRelationship('other', 'EXCLUDES', 'refund'),
        aRelationship('no_refunds', 'EXCLUDES', 'refund', 'RULE'),
      ],
    },
    earlierTurns: [{ candidates: { other: 0.9 } }],
    turn: { ...named, rules: [{ ruleId: 'no_refunds' }] },
    reasoning: '"Refund" is excluded by "Other" and by rule no_refunds.',
    details: { blockingScenarioIds: ['other'], blockingRuleIds: ['no_refunds'] },
  },
  MISSING_HARD_FIELDS: {
    scenarios: [refund({ requires: { name: 'HARD', id: 'HARD' } })],
    reasoning: '"Refund" requires fields that are not known: id, name.',
    details: { missingFields: ['id', 'name'], pendingTurnsLeft: 3 },
  },
  START_LIMIT: {
    scenarios: [refund({ maxStartsPerSession: 1 })],
    earlierTurns: [named, { signals: ['CANCEL'] }],
    reasoning: '"Refund" has reached its limit of starts in one session: 1.',
  },
  START_BLOCKED: {
    scenarios: [refund(), { ...other(), steps: other().steps.map((step) => ({ ...step, blocksStarts: true })) }],
    earlierTurns: [{ candidates: { other: 0.9 } }],
    turn: { ...named, signals: [['CONTINUE', 'other']] },
    reasoning: '"Refund" cannot start while "Other" is at a step that blocks starts.',
    details: { blockingScenarioIds: ['other'], pendingTurnsLeft: 3 },
  },
  MULTI_SCENARIO_DISABLED: {
    scenarios: [refund(), other()],
    options: { settings: { enableMultiScenario: false } },
    earlierTurns: [{ candidates: { other: 0.9 } }],
    reasoning: '"Refund" cannot start while "Other" is active: enable_multi_scenario is false.',
    details: { blockingScenarioIds: ['other'] },
  },
  CAPACITY: {
    scenarios: [refund(), other({ priority: 9 })],
    options: { settings: { maxSimultaneousScenarios: 1 } },
    earlierTurns: [{ candidates: { other: 0.9 } }],
    reasoning:
      '"Refund" cannot start: max_simultaneous_scenarios is 1, and no active instance can be displaced ("Other").',
    details: { blockingScenarioIds: ['other'], pendingTurnsLeft: 3 },
  },
};

test.each(Object.entries(cases))('2.12: the reasoning explains %s', (reason, given) => {
  const conversation = new Conversation(given.scenarios, given.options);
  for (const draft of given.earlierTurns ?? []) conversation.turn(draft);
  const { rejectedCandidates } = conversation.turn(given.turn ?? named).result;
  expect(rejectedCandidates.find(({ scenarioId }) => scenarioId === 'refund')).toMatchObject({
    reason,
    reasoning: given.reasoning,
    ...given.details,
  });
});

test.each([
  ['is FALSE', 'data.vip == true', 'is not TRUE', []],
  [
    'fails',
    'data.vip > 1.0',
    'failed to evaluate, which counts as FALSE',
    [expect.stringContaining('entry_condition: ')],
  ],
])('2.12: the reasoning explains an entry_condition that %s', (_how, entryCondition, reasoning, conditionErrors) => {
  const conversation = new Conversation([refund({ entryCondition })]);
  const { rejectedCandidates } = conversation.turn({ ...named, variables: { vip: false } }).result;
  expect(rejectedCandidates).toMatchObject([
    { reasoning: `The entry_condition of "Refund" ${reasoning}.`, conditionErrors },
  ]);
});

test('2.12: the reasoning names an excluding rule or scenario', () => {
  const relationships = [
    aRelationship('other', 'EXCLUDES', 'refund'),
    aRelationship('rule', 'EXCLUDES', 'refund', 'RULE'),
  ];
  const conversation = new Conversation([refund(), other()], { relationships });
  const byRule = conversation.turn({ ...named, rules: [{}] }).result.rejectedCandidates;
  conversation.turn({ candidates: { other: 0.9 } });
  const byScenario = conversation.turn(named).result.rejectedCandidates;
  expect([...byRule, ...byScenario].map(({ reasoning }) => reasoning)).toEqual([
    '"Refund" is excluded by rule rule.',
    '"Refund" is excluded by "Other".',
  ]);
});

test('2.12: the reasoning lists several missing fields', () => {
  const conversation = new Conversation([refund({ entryCondition: 'data.age > 17.0 && data.country == "CH"' })]);
  expect(conversation.turn(named).result.rejectedCandidates).toMatchObject([
    { reasoning: 'The entry_condition of "Refund" is UNKNOWN because fields are missing: age, country.' },
  ]);
});

test('2.12: the reasoning uses the id of a scenario that is not in the catalogue', () => {
  const conversation = new Conversation([refund()], { relationships: [aRelationship('refund', 'DEPENDS_ON', 'gone')] });
  expect(conversation.turn(named).result.rejectedCandidates).toMatchObject([
    { reasoning: '"Refund" depends on scenarios whose last run in this session has not succeeded: "gone".' },
  ]);
});

test('2.12: the reasoning lists several excluding rules by id', () => {
  const conversation = new Conversation([refund()], {
    relationships: [
      aRelationship('quiet-hours', 'EXCLUDES', 'refund', 'RULE'),
      aRelationship('night', 'EXCLUDES', 'refund', 'RULE'),
    ],
  });
  const { result } = conversation.turn({ ...named, rules: [{ ruleId: 'quiet-hours' }, { ruleId: 'night' }] });
  expect(result.rejectedCandidates).toMatchObject([{ reasoning: '"Refund" is excluded by rule night, quiet-hours.' }]);
});
