import type { ModelProposal as ProposalMessage } from '../../gen/focal/orchestration/v1/lifecycle';
import type { ModelProposal } from '../domain/model-proposal';
import { conditionTruth, modelOutcome, proposedAction } from './enums';

/** What the model proposed as the contract has it. */
export function modelProposalToProto({ outcome, model, actions, fits, verdicts }: ModelProposal): ProposalMessage {
  return {
    outcome: modelOutcome.toProto[outcome],
    model,
    actions: [...actions].map(([instanceId, action]) => ({ instanceId, action: proposedAction.toProto[action] })),
    candidates: [...fits].map(([scenarioId, fit]) => ({ scenarioId, fits: fit })),
    verdicts: verdicts.map((verdict) => ({ ...verdict, truth: conditionTruth.toProto[verdict.truth] })),
  };
}

/** The inverse of `modelProposalToProto`. Of what is said twice the last counts. */
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
