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
  /** Turns before the one that refuses. */
  readonly before?: readonly TurnDraft[];
  /** The turn that refuses; naming the refund where it is left out. */
  readonly turn?: TurnDraft;
  readonly says: string;
  readonly details?: Partial<RejectedCandidate>;
}

/** How a turn comes to each refusal of "refund", the sentence and the details that go with it. */
const cases: Readonly<Record<RejectionReason, Case>> = {
  NOT_FOUND: { scenarios: [], says: 'The catalogue holds no scenario "refund".' },
  DISABLED: { scenarios: [refund({ enabled: false })], says: '"Refund" is disabled.' },
  FILTERING_DISABLED: {
    scenarios: [refund()],
    options: { settings: { filteringEnabled: false } },
    says: '"Refund" cannot start: starting is switched off by pipeline.scenario_filtering.enabled.',
  },
  ALREADY_ACTIVE: {
    scenarios: [refund()],
    before: [named],
    says: 'The session has an instance of "Refund" already.',
  },
  JUST_ENDED: {
    scenarios: [refund()],
    before: [named],
    turn: { ...named, signals: ['CANCEL'] },
    says: '"Refund" ended this turn, or was pending and cancelled, and no START is aimed at it.',
  },
  BELOW_THRESHOLD: {
    scenarios: [refund()],
    turn: { candidates: { refund: 0.4 } },
    says: 'The score 0.4 of "Refund" is below the threshold 0.5.',
    details: { score: 0.4 },
  },
  MODEL: {
    scenarios: [refund()],
    turn: { ...named, proposal: aProposal({ fits: { refund: false } }) },
    says: 'The model finds that the message is not about "Refund".',
    details: { proposed: undefined, overruledBy: '' },
  },
  ENTRY_CONDITION: {
    scenarios: [refund({ entryCondition: 'data.vip == true' })],
    says: 'The entry_condition of "Refund" misses vip.',
    details: { missingFields: ['vip'] },
  },
  DEPENDENCY: {
    scenarios: [refund(), other()],
    options: { relationships: [aRelationship('refund', 'DEPENDS_ON', 'other')] },
    says: '"Refund" depends on "Other", not completed in this session.',
    details: { blockingScenarioIds: ['other'], pendingTurnsLeft: 3 },
  },
  SUPERSEDED: {
    scenarios: [refund(), other()],
    options: { relationships: [aRelationship('other', 'SPECIALIZES', 'refund')] },
    turn: { candidates: { refund: 0.9, other: 0.8 } },
    says: '"Other" specializes "Refund" and starts.',
    details: { blockingScenarioIds: ['other'] },
  },
  AMBIGUOUS: {
    scenarios: [refund(), other()],
    options: { relationships: [aRelationship('other', 'AMBIGUOUS', 'refund')] },
    turn: { candidates: { refund: 0.9, other: 0.85 } },
    says: '"Refund" may be confused with "Other", whose score is nearly the same.',
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
    before: [{ candidates: { other: 0.9 } }],
    turn: { ...named, rules: [{ ruleId: 'no_refunds' }] },
    says: '"Refund" is excluded by "Other" and by rule no_refunds.',
    details: { blockingScenarioIds: ['other'], blockingRuleIds: ['no_refunds'] },
  },
  MISSING_HARD_FIELDS: {
    scenarios: [refund({ requires: { name: 'HARD', id: 'HARD' } })],
    says: '"Refund" requires id, name, not known.',
    details: { missingFields: ['id', 'name'], pendingTurnsLeft: 3 },
  },
  START_LIMIT: {
    scenarios: [refund({ maxStartsPerSession: 1 })],
    before: [named, { signals: ['CANCEL'] }],
    says: '"Refund" has started as often as it may in one session: 1.',
  },
  START_BLOCKED: {
    scenarios: [refund(), { ...other(), steps: other().steps.map((step) => ({ ...step, blocksStarts: true })) }],
    before: [{ candidates: { other: 0.9 } }],
    turn: { ...named, signals: [['CONTINUE', 'other']] },
    says: '"Other" stands at a step that blocks starts, so "Refund" cannot start yet.',
    details: { blockingScenarioIds: ['other'], pendingTurnsLeft: 3 },
  },
  MULTI_SCENARIO_DISABLED: {
    scenarios: [refund(), other()],
    options: { settings: { enableMultiScenario: false } },
    before: [{ candidates: { other: 0.9 } }],
    says: '"Other" is active, and several scenarios at once are switched off, so "Refund" cannot start.',
    details: { blockingScenarioIds: ['other'] },
  },
  CAPACITY: {
    scenarios: [refund(), other({ priority: 9 })],
    options: { settings: { maxSimultaneousScenarios: 1 } },
    before: [{ candidates: { other: 0.9 } }],
    says: 'There is no room for "Refund": at most 1 may be active, and of "Other" none may be displaced.',
    details: { blockingScenarioIds: ['other'], pendingTurnsLeft: 3 },
  },
};

test.each(Object.entries(cases))('2.12 explained: %s says why it did not start', (reason, given) => {
  const talk = new Conversation(given.scenarios, given.options);
  for (const draft of given.before ?? []) talk.turn(draft);
  const { rejectedCandidates } = talk.turn(given.turn ?? named).result;
  expect(rejectedCandidates.find(({ scenarioId }) => scenarioId === 'refund')).toMatchObject({
    reason,
    reasoning: given.says,
    ...given.details,
  });
});

test.each([
  ['is FALSE', 'data.vip == true', 'does not hold', []],
  [
    'fails',
    'data.vip > 1.0',
    'failed when it was evaluated, which counts as FALSE',
    [expect.stringContaining('entry_condition: ')],
  ],
])('2.12 explained: an entry_condition that %s', (_how, entryCondition, says, conditionErrors) => {
  const talk = new Conversation([refund({ entryCondition })]);
  const { rejectedCandidates } = talk.turn({ ...named, variables: { vip: false } }).result;
  expect(rejectedCandidates).toMatchObject([
    { reasoning: `The entry_condition of "Refund" ${says}.`, conditionErrors },
  ]);
});

test('2.12 explained: an exclusion by a scenario alone, and by a rule alone', () => {
  const relationships = [
    aRelationship('other', 'EXCLUDES', 'refund'),
    aRelationship('rule', 'EXCLUDES', 'refund', 'RULE'),
  ];
  const talk = new Conversation([refund(), other()], { relationships });
  const byRule = talk.turn({ ...named, rules: [{}] }).result.rejectedCandidates;
  talk.turn({ candidates: { other: 0.9 } });
  const byScenario = talk.turn(named).result.rejectedCandidates;
  expect([...byRule, ...byScenario].map(({ reasoning }) => reasoning)).toEqual([
    '"Refund" is excluded by rule rule.',
    '"Refund" is excluded by "Other".',
  ]);
});
