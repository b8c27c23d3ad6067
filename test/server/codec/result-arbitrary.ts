import fc from 'fast-check';
import type { Contribution, ContributionPlan } from '../../../src/core/model/contribution';
import type { Explained } from '../../../src/core/model/explained';
import type { RejectedValue } from '../../../src/core/model/field-definition';
import type { LifecycleDecision, RejectedCandidate } from '../../../src/core/model/lifecycle-decision';
import { type ModelProposal, overruleReasons } from '../../../src/core/model/model-proposal';
import type { ExplainedTransitionDecision } from '../../../src/core/model/transition-decision';
import type { ContextSummary, ExplainedTurnResult } from '../../../src/core/model/turn-result';
import * as decisions from '../../../src/server/codec/wire/decision-enums';
import * as enums from '../../../src/server/codec/wire/enums';
import { waitsFor } from '../../../src/server/codec/wire/session-enums';
import {
  anyName,
  boolean,
  fields,
  json,
  names,
  optional,
  priority,
  relationship,
  score,
  shortArray,
  stepOutcome,
  stringMap,
  text,
  time,
  uint32,
} from './arbitraries';
import { rejectionReason, request } from './session-arbitrary';

const context: fc.Arbitrary<ContextSummary> = fc.record({
  intent: text,
  intentScore: score,
  focusInstanceId: text,
  addressedInstanceIds: names,
  candidates: shortArray(fc.record({ scenarioId: text, scenarioName: text, scenarioVersion: uint32, score })),
  instances: shortArray(
    fc.record({
      instanceId: text,
      scenarioId: text,
      scenarioName: text,
      scenarioVersion: uint32,
      stepId: text,
      paused: boolean,
    }),
  ),
  relationships: shortArray(relationship),
  changedFields: names,
  conditionErrors: names,
});

const lifecycleDecision: fc.Arbitrary<Explained<LifecycleDecision>> = fc.record({
  scenarioId: text,
  scenarioVersion: uint32,
  instanceId: text,
  action: anyName(decisions.lifecycleAction),
  reason: anyName(decisions.lifecycleReason),
  reasoning: text,
  confidence: score,
  entryStepId: text,
  sourceStepId: text,
  resumed: boolean,
  irreversibleDone: names,
  actionsUnderWay: names,
  ending: optional(anyName(enums.ending)),
  missingSoftFields: names,
  staysPausedBecause: optional(rejectionReason),
  conditionErrors: names,
  displacedByInstanceIds: names,
  proposed: optional(anyName(decisions.lifecycleAction)),
  overruledBy: fc.constantFrom('', ...overruleReasons),
});

const rejectedCandidate: fc.Arbitrary<Explained<RejectedCandidate>> = fc.record({
  scenarioId: text,
  scenarioName: text,
  score,
  origin: anyName(decisions.startOrigin),
  reason: rejectionReason,
  reasoning: text,
  missingFields: names,
  blockingScenarioIds: names,
  blockingRuleIds: names,
  pendingTurnsLeft: uint32,
  conditionErrors: names,
  proposed: optional(fc.constant('START')),
  overruledBy: fc.constantFrom('', ...overruleReasons),
});

const modelProposal: fc.Arbitrary<ModelProposal> = fc.record({
  outcome: anyName(decisions.modelOutcome),
  model: text,
  actions: stringMap(anyName(decisions.proposedAction)),
  fits: stringMap(boolean),
  verdicts: shortArray(
    fc.record({
      scenarioId: text,
      scenarioVersion: uint32,
      transitionId: text,
      truth: anyName(decisions.conditionTruth),
    }),
  ),
});

const transitionDecision: fc.Arbitrary<ExplainedTransitionDecision> = fc.record({
  scenarioId: text,
  instanceId: text,
  sourceStepId: text,
  targetStepId: text,
  wasSkipped: boolean,
  skippedSteps: names,
  wasRelocalized: boolean,
  originalStepId: text,
  transitionsTaken: names,
  alternatives: shortArray(
    fc.record({
      transitionId: text,
      sourceStepId: text,
      targetStepId: text,
      truth: optional(anyName(decisions.conditionTruth)),
      missingFields: names,
      taken: boolean,
      notTakenBecause: text,
    }),
  ),
  reason: anyName(decisions.transitionReason),
  reasoning: text,
  confidence: score,
  blockedByCheckpoint: text,
  correctedFields: names,
  clearedFields: names,
  missingFields: names,
  visitNumber: uint32,
  conditionErrors: names,
  omittedAlternatives: fc.nat(),
  omittedConditionErrors: fc.nat(),
});

const common = {
  scenarioId: text,
  scenarioName: text,
  instanceId: text,
  stepId: text,
  stepName: text,
  priority,
  isReprompt: boolean,
  isReminder: boolean,
  leadInTemplateIds: names,
  deferred: boolean,
  deferredBehindScenarioId: text,
  sharedFields: names,
};

const rejectedValue: fc.Arbitrary<RejectedValue> = fc.record({
  fieldName: text,
  reason: fc.constantFrom('TYPE', 'RULE', 'SOURCE'),
  source: fc.constantFrom('CUSTOMER', 'CALLER', 'TOOL', 'PROFILE'),
  text,
  value: optional(json),
});

export const contribution: fc.Arbitrary<Contribution> = fc.oneof(
  fc.record({ ...common, type: fc.constant('NONE' as const), waitsFor: anyName(waitsFor) }),
  fc.record({
    ...common,
    type: fc.constant('ASK' as const),
    fieldsToAsk: names,
    knownValues: fields,
    deferredFields: names,
    fieldTexts: shortArray(fc.record({ fieldName: text, description: text, prompt: text, examples: names })),
    rejectedValues: shortArray(rejectedValue),
  }),
  fc.record({
    ...common,
    type: fc.constant('CONFIRM' as const),
    confirmKind: anyName(decisions.confirmKind),
    actionToConfirm: text,
    valuesToConfirm: fields,
    choices: shortArray(fc.record({ scenarioId: text, scenarioName: text, score })),
    choiceReason: optional(anyName(decisions.choiceReason)),
    actionKey: text,
  }),
  fc.record({
    ...common,
    type: fc.constant('ACTION_HINT' as const),
    tools: shortArray(
      fc.record({
        toolId: text,
        timing: anyName(enums.toolTiming),
        variableNames: names,
        dependsOn: names,
        effect: anyName(enums.toolEffect),
      }),
    ),
    actionKey: text,
  }),
  fc.record({ ...common, type: fc.constant('INFORM' as const), templateIds: names }),
);

const plan: fc.Arbitrary<ContributionPlan> = fc.record({
  contributions: shortArray(contribution),
  primaryScenarioId: text,
  activeScenarioIds: names,
  hasAsks: boolean,
  hasConfirms: boolean,
  hasActionHints: boolean,
  hasInforms: boolean,
  offers: shortArray(
    fc.record({
      scenarioId: text,
      scenarioName: text,
      instanceId: text,
      stepId: text,
      stepName: text,
      missingFields: names,
      pausedTurns: uint32,
    }),
  ),
  openRequests: shortArray(fc.record({ instanceId: text, scenarioId: text, request })),
  rejectedValues: shortArray(rejectedValue),
});

export const turnResult: fc.Arbitrary<ExplainedTurnResult> = fc.record({
  sessionId: text,
  turnId: text,
  revision: uint32,
  turnCount: uint32,
  context,
  lifecycleDecisions: shortArray(lifecycleDecision),
  rejectedCandidates: shortArray(rejectedCandidate),
  transitionDecisions: shortArray(transitionDecision),
  plan,
  ignoredOutcomes: shortArray(
    fc.record({
      outcome: stepOutcome,
      reason: anyName(decisions.ignoredReason),
      instanceId: text,
      reasoning: text,
    }),
  ),
  nextTimerAt: optional(time),
  validateOnly: boolean,
  modelProposal: optional(modelProposal),
});
