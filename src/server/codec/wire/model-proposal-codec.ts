import type { ModelProposal as ProposalMessage } from '../../../../gen/focal/orchestration/v1/lifecycle';
import { compareText } from '../../../core/model/compare-text';
import type { ModelProposal } from '../../../core/model/model-proposal';
import { conditionTruth, modelOutcome, proposedAction } from './enums';

/** What the model proposed as the contract has it: of equal proposals equal bytes, so in the order of the ids. */
export function modelProposalToProto({ outcome, model, actions, fits, verdicts }: ModelProposal): ProposalMessage {
  return {
    outcome: modelOutcome.toProto[outcome],
    model,
    actions: byId(actions).map(([instanceId, action]) => ({ instanceId, action: proposedAction.toProto[action] })),
    candidates: byId(fits).map(([scenarioId, fit]) => ({ scenarioId, fits: fit })),
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

function byId<Value>(map: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...map].sort(([a], [b]) => compareText(a, b));
}
