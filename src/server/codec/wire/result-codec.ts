import type {
  IgnoredOutcome as IgnoredMessage,
  ProcessTurnResponse as ResultMessage,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type { IgnoredOutcome } from '../../../core/model/lifecycle-decision';
import type { TurnResult } from '../../../core/model/turn-result';
import { contextFromProto, contextToProto } from './context-codec';
import { invalidFieldError } from './invalid-field-error';
import {
  lifecycleDecisionFromProto,
  lifecycleDecisionToProto,
  rejectedCandidateFromProto,
  rejectedCandidateToProto,
} from './lifecycle-codec';
import { modelProposalFromProto, modelProposalToProto } from './model-proposal-codec';
import { planFromProto, planToProto } from './plan-codec';
import { stepOutcomeFromProto, stepOutcomeToProto } from './step-outcome-codec';
import { transitionDecisionFromProto, transitionDecisionToProto } from './transition-codec';

/** A decided turn as the contract has it. */
export function turnResultToProto(result: TurnResult): ResultMessage {
  return {
    sessionId: result.sessionId,
    turnId: result.turnId,
    revision: result.revision,
    turnCount: result.turnCount,
    context: contextToProto(result.context),
    lifecycleDecisions: result.lifecycleDecisions.map(lifecycleDecisionToProto),
    rejectedCandidates: result.rejectedCandidates.map(rejectedCandidateToProto),
    transitionDecisions: result.transitionDecisions.map(transitionDecisionToProto),
    plan: planToProto(result.plan),
    ignoredOutcomes: result.ignoredOutcomes.map(ignoredOutcomeToProto),
    validateOnly: result.validateOnly,
    modelProposal: result.modelProposal && modelProposalToProto(result.modelProposal),
  };
}

/** The inverse of `turnResultToProto`. */
export function turnResultFromProto(message: ResultMessage): TurnResult {
  if (message.context === undefined) throw invalidFieldError('context', 'must be given');
  if (message.plan === undefined) throw invalidFieldError('plan', 'must be given');
  return {
    sessionId: message.sessionId,
    turnId: message.turnId,
    revision: message.revision,
    turnCount: message.turnCount,
    context: contextFromProto(message.context),
    lifecycleDecisions: message.lifecycleDecisions.map(lifecycleDecisionFromProto),
    rejectedCandidates: message.rejectedCandidates.map(rejectedCandidateFromProto),
    transitionDecisions: message.transitionDecisions.map(transitionDecisionFromProto),
    plan: planFromProto(message.plan),
    ignoredOutcomes: message.ignoredOutcomes.map(ignoredOutcomeFromProto),
    validateOnly: message.validateOnly,
    modelProposal: message.modelProposal && modelProposalFromProto(message.modelProposal),
  };
}

/** An outcome that changed no stage as the contract has it. */
export function ignoredOutcomeToProto(ignored: IgnoredOutcome): IgnoredMessage {
  return {
    outcome: stepOutcomeToProto(ignored.outcome, 'ignored_outcomes.outcome'),
    instanceId: ignored.instanceId,
    reasoning: ignored.reasoning,
  };
}

/** The inverse of `ignoredOutcomeToProto`. */
export function ignoredOutcomeFromProto(message: IgnoredMessage): IgnoredOutcome {
  if (message.outcome === undefined) throw invalidFieldError('ignored_outcomes.outcome', 'must be given');
  return {
    outcome: stepOutcomeFromProto(message.outcome, 'ignored_outcomes.outcome'),
    instanceId: message.instanceId,
    reasoning: message.reasoning,
  };
}
