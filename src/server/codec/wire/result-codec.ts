import type {
  ScenarioSelectionContext as ContextMessage,
  ModelProposal as ProposalMessage,
} from '../../../../gen/focal/orchestration/v1/lifecycle';
import type {
  IgnoredOutcome as IgnoredMessage,
  ProcessTurnResponse as ResultMessage,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { compareText } from '../../../core/model/compare-text';
import type { IgnoredOutcome } from '../../../core/model/lifecycle-decision';
import type { ModelProposal } from '../../../core/model/model-proposal';
import type { ContextSummary, ExplainedTurnResult, TurnResult } from '../../../core/model/turn-result';
import { planFromProto, planToProto } from './contribution-codec';
import {
  explainedLifecycleDecisionToProto,
  explainedRejectedCandidateToProto,
  explainedTransitionDecisionToProto,
  lifecycleDecisionFromProto,
  lifecycleDecisionToProto,
  rejectedCandidateFromProto,
  rejectedCandidateToProto,
  transitionDecisionFromProto,
  transitionDecisionToProto,
} from './decision-codec';
import { conditionTruth, ignoredReason, modelOutcome, proposedAction } from './decision-enums';
import { createInvalidFieldError } from './invalid-field-error';
import { relationshipToProto } from './scenario-codec';
import { optionalTimeFromProto, optionalTimeToProto } from './time';
import { stepOutcomeFromProto, stepOutcomeToProto } from './turn-message-codec';

/** Converts a decided turn to the response of ProcessTurn in the view BASIC. */
export function turnResultToProto(result: TurnResult): ResultMessage {
  return {
    sessionId: result.sessionId,
    turnId: result.turnId,
    revision: result.revision,
    turnCount: result.turnCount,
    context: undefined,
    lifecycleDecisions: result.lifecycleDecisions.map(lifecycleDecisionToProto),
    rejectedCandidates: result.rejectedCandidates.map(rejectedCandidateToProto),
    transitionDecisions: result.transitionDecisions.map(transitionDecisionToProto),
    plan: planToProto(result.plan),
    ignoredOutcomes: result.ignoredOutcomes.map(ignoredOutcomeToProto),
    nextTimerAt: optionalTimeToProto(result.nextTimerAt),
    validateOnly: result.validateOnly,
    modelProposal: result.modelProposal && modelProposalToProto(result.modelProposal),
  };
}

/** Converts a decided turn to the response of ProcessTurn in the view FULL. */
export function explainedResultToProto(result: ExplainedTurnResult): ResultMessage {
  return {
    ...turnResultToProto(result),
    context: contextToProto(result.context),
    lifecycleDecisions: result.lifecycleDecisions.map(explainedLifecycleDecisionToProto),
    rejectedCandidates: result.rejectedCandidates.map(explainedRejectedCandidateToProto),
    transitionDecisions: result.transitionDecisions.map(explainedTransitionDecisionToProto),
    ignoredOutcomes: result.ignoredOutcomes.map((ignored) => ({
      ...ignoredOutcomeToProto(ignored),
      reasoning: ignored.reasoning,
    })),
  };
}

/** The inverse of `turnResultToProto`. Throws INVALID_REQUEST if the plan is missing. */
export function turnResultFromProto(message: ResultMessage): TurnResult {
  if (message.plan === undefined) throw createInvalidFieldError('plan', 'is required');
  return {
    sessionId: message.sessionId,
    turnId: message.turnId,
    revision: message.revision,
    turnCount: message.turnCount,
    lifecycleDecisions: message.lifecycleDecisions.map(lifecycleDecisionFromProto),
    rejectedCandidates: message.rejectedCandidates.map(rejectedCandidateFromProto),
    transitionDecisions: message.transitionDecisions.map(transitionDecisionFromProto),
    plan: planFromProto(message.plan),
    ignoredOutcomes: message.ignoredOutcomes.map(ignoredOutcomeFromProto),
    nextTimerAt: optionalTimeFromProto(message.nextTimerAt),
    validateOnly: message.validateOnly,
    modelProposal: message.modelProposal && modelProposalFromProto(message.modelProposal),
  };
}

function ignoredOutcomeToProto(ignored: IgnoredOutcome): IgnoredMessage {
  return {
    outcome: stepOutcomeToProto(ignored.outcome, 'ignored_outcomes.outcome'),
    instanceId: ignored.instanceId,
    reason: ignoredReason.toProto[ignored.reason],
    reasoning: '',
  };
}

/** The inverse of `ignoredOutcomeToProto`. The responses of releases up to 0.2 have no reason. */
function ignoredOutcomeFromProto(message: IgnoredMessage): IgnoredOutcome {
  if (message.outcome === undefined) throw createInvalidFieldError('ignored_outcomes.outcome', 'is required');
  return {
    outcome: stepOutcomeFromProto(message.outcome, 'ignored_outcomes.outcome'),
    instanceId: message.instanceId,
    reason: ignoredReason.optionalFromProto(message.reason) ?? 'NO_OPEN_REQUEST',
    reasoning: message.reasoning,
  };
}

function contextToProto(context: ContextSummary): ContextMessage {
  return {
    intent: context.intent,
    intentScore: context.intentScore,
    focusInstanceId: context.focusInstanceId,
    addressedInstanceIds: context.addressedInstanceIds.slice(),
    candidates: context.candidates.slice(),
    instances: context.instances.slice(),
    relationships: context.relationships.map(relationshipToProto),
    changedFields: context.changedFields.slice(),
    conditionErrors: context.conditionErrors.slice(),
  };
}

/** Converts a model proposal. Entries are sorted by id, so that equal proposals have equal bytes. */
function modelProposalToProto({ outcome, model, actions, fits, verdicts }: ModelProposal): ProposalMessage {
  return {
    outcome: modelOutcome.toProto[outcome],
    model,
    actions: sortById(actions).map(([instanceId, action]) => ({ instanceId, action: proposedAction.toProto[action] })),
    candidates: sortById(fits).map(([scenarioId, fit]) => ({ scenarioId, fits: fit })),
    verdicts: verdicts.map((verdict) => ({ ...verdict, truth: conditionTruth.toProto[verdict.truth] })),
  };
}

/** The inverse of `modelProposalToProto`. If an id occurs more than once, the last entry wins. */
export function modelProposalFromProto(message: ProposalMessage): ModelProposal {
  return {
    outcome: modelOutcome.fromProto(message.outcome),
    model: message.model,
    actions: new Map(message.actions.map(({ instanceId, action }) => [instanceId, proposedAction.fromProto(action)])),
    fits: new Map(message.candidates.map(({ scenarioId, fits }) => [scenarioId, fits])),
    verdicts: message.verdicts.map(({ scenarioId, scenarioVersion, transitionId, truth }) => ({
      scenarioId,
      scenarioVersion,
      transitionId,
      truth: conditionTruth.fromProto(truth),
    })),
  };
}

function sortById<Value>(map: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...map].sort(([a], [b]) => compareText(a, b));
}
