import {
  type OrchestratorServiceService,
  PhaseInput,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { Turn } from '../../../../gen/focal/orchestration/v1/turn';
import { findFocusInstanceId } from '../../../core/model/focus';
import type { PhaseCommand } from '../../application/decide-phases';
import type { UseCases } from '../../application/use-cases';
import { modelProposalFromProto, turnResultToProto } from '../../codec/wire/result-codec';
import { relationshipFromProto, scenarioFromProto } from '../../codec/wire/scenario-codec';
import { sessionFromProto, sessionToProto } from '../../codec/wire/session-codec';
import { turnFromProto } from '../../codec/wire/turn-message-codec';
import type { Clock } from '../../ports/clock';
import { type CallDependencies, unary } from '../middleware/unary';
import type { ServiceHandlers } from '../validated-service';

type PhaseMethods = 'decideLifecycle' | 'decideTransitions' | 'planContributions';

/** The handlers of the three phases alone: each answers with its part of one and the same decision. */
export function phaseMethods(
  useCases: Pick<UseCases, 'decidePhases'>,
  clock: Clock,
  surroundings: CallDependencies,
): Pick<ServiceHandlers<typeof OrchestratorServiceService>, PhaseMethods> {
  return {
    decideLifecycle: unary(surroundings, async ({ message }, call) => {
      const { result } = await useCases.decidePhases(phaseCommandOf(message, clock.now()), call);
      const { context, lifecycleDecisions, rejectedCandidates, ignoredOutcomes, modelProposal } =
        turnResultToProto(result);
      return { body: { context, lifecycleDecisions, rejectedCandidates, ignoredOutcomes, modelProposal } };
    }),
    decideTransitions: unary(surroundings, async ({ message }, call) => {
      const { result } = await useCases.decidePhases(phaseCommandOf(message, clock.now()), call);
      const { lifecycleDecisions, transitionDecisions, modelProposal } = turnResultToProto(result);
      return { body: { lifecycleDecisions, transitionDecisions, modelProposal } };
    }),
    planContributions: unary(surroundings, async ({ message }, call) => {
      const { result, session } = await useCases.decidePhases(phaseCommandOf(message, clock.now()), call);
      const { lifecycleDecisions, transitionDecisions, plan, modelProposal } = turnResultToProto(result);
      const after = sessionToProto(session, findFocusInstanceId(session));
      return { body: { lifecycleDecisions, transitionDecisions, plan, session: after, modelProposal } };
    }),
  };
}

function phaseCommandOf(message: { readonly input?: PhaseInput | undefined }, receivedAt: number): PhaseCommand {
  const input = message.input ?? PhaseInput.create();
  const turn = turnFromProto(input.turn ?? Turn.create(), receivedAt);
  const sentWith = { path: 'input.session', occurredAt: turn.occurredAt };
  return {
    turn,
    session: input.session && sessionFromProto(input.session, sentWith),
    scenarios: input.scenarios.map(scenarioFromProto),
    relationships: input.relationships.map(relationshipFromProto),
    proposal: input.modelProposal && modelProposalFromProto(input.modelProposal),
  };
}
