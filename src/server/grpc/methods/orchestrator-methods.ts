import { Metadata } from '@grpc/grpc-js';
import {
  type OrchestratorServiceService,
  PhaseInput,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { Turn } from '../../../../gen/focal/orchestration/v1/turn';
import { findFocusInstanceId } from '../../../core/model/focus';
import type { OnProvisional } from '../../application/decide-loaded-turn';
import type { PhaseCommand } from '../../application/decide-phases';
import { fieldsFromMessage } from '../../codec/wire/field-codec';
import { explainedResultToProto, modelProposalFromProto } from '../../codec/wire/result-codec';
import { relationshipFromProto, scenarioFromProto } from '../../codec/wire/scenario-codec';
import { sessionFromProto, sessionToProto } from '../../codec/wire/session-codec';
import { turnFromProto } from '../../codec/wire/turn-message-codec';
import { endWith, withSpan } from '../../ports/call';
import type { MethodDependencies } from './dependencies';
import type { ServiceMethods } from './method';
import { readTraceContext } from './trace-context-reader';
import { toStreamedTurnCommand, toTurnCommand } from './turn-command';
import { TurnEvents } from './turn-events';
import { toTurnError, toTurnResponse } from './turn-response';

/** Trailing metadata of a replayed response (5.1). */
const replayedTrailer = new Metadata();
replayedTrailer.set('x-turn-replayed', 'true');

export function createOrchestratorMethods({
  useCases,
  clock,
  telemetry,
  maxRequestsPerStream,
  maxResponseBytes,
}: Pick<
  MethodDependencies,
  'useCases' | 'clock' | 'telemetry' | 'maxRequestsPerStream' | 'maxResponseBytes'
>): ServiceMethods<typeof OrchestratorServiceService> {
  return {
    processTurn: {
      kind: 'unary',
      scope: 'turns',
      getTenantId: ({ turn }) => turn?.tenantId,
      getSessionId: ({ turn }) => turn?.sessionId,
      async handle(request, call) {
        const turn = await useCases.processTurn(toTurnCommand(request, clock.now()), call);
        return turn.replayed ? { body: turn.responseBytes, trailer: replayedTrailer } : { body: turn.responseBytes };
      },
    },
    streamTurn: {
      kind: 'server stream',
      scope: 'turns',
      getTenantId: ({ turn }) => turn?.tenantId,
      getSessionId: ({ turn }) => turn?.sessionId,
      async handle(request, call, send) {
        const command = toTurnCommand(request, clock.now());
        const events = new TurnEvents(command.responseView, maxResponseBytes);
        const sendProvisional: OnProvisional = async (decision, signal) => {
          for (const event of events.createProvisionalEvents(decision)) {
            await send(event);
            if (signal.aborted) return;
          }
        };
        // The span ends with the turn. The span of the call ends when the client has read all events.
        const span = telemetry.startRequest('StreamTurn turn', call.span, () => undefined);
        const turn = await endWith(span, () => useCases.processTurn(command, withSpan(call, span), sendProvisional));
        for (const event of events.createFinalEvents(turn)) await send(event);
      },
    },
    processTurns: {
      kind: 'bidi stream',
      scope: 'turns',
      getTenantId: ({ turn }) => turn?.tenantId,
      getSessionId: ({ turn }) => turn?.sessionId,
      limits: { maxRequests: maxRequestsPerStream },
      async handle(request, call) {
        return toTurnResponse(await useCases.processTurn(toStreamedTurnCommand(request, clock.now()), call));
      },
      toErrorResponse: toTurnError,
      span: { name: 'ProcessTurns turn', readCaller: readTraceContext },
    },
    decideLifecycle: {
      kind: 'unary',
      isComputed: true,
      scope: 'turns',
      getTenantId: ({ input }) => input?.turn?.tenantId,
      getSessionId: ({ input }) => input?.turn?.sessionId,
      async handle({ message }, call) {
        const { explain } = await useCases.decidePhases(toPhaseCommand(message, clock.now()), call);
        const { context, lifecycleDecisions, rejectedCandidates, ignoredOutcomes, modelProposal } =
          explainedResultToProto(explain());
        return { body: { context, lifecycleDecisions, rejectedCandidates, ignoredOutcomes, modelProposal } };
      },
    },
    decideTransitions: {
      kind: 'unary',
      isComputed: true,
      scope: 'turns',
      getTenantId: ({ input }) => input?.turn?.tenantId,
      getSessionId: ({ input }) => input?.turn?.sessionId,
      async handle({ message }, call) {
        const { explain } = await useCases.decidePhases(toPhaseCommand(message, clock.now()), call);
        const { lifecycleDecisions, transitionDecisions, modelProposal } = explainedResultToProto(explain());
        return { body: { lifecycleDecisions, transitionDecisions, modelProposal } };
      },
    },
    planContributions: {
      kind: 'unary',
      isComputed: true,
      scope: 'turns',
      getTenantId: ({ input }) => input?.turn?.tenantId,
      getSessionId: ({ input }) => input?.turn?.sessionId,
      async handle({ message }, call) {
        const { explain, session } = await useCases.decidePhases(toPhaseCommand(message, clock.now()), call);
        const { lifecycleDecisions, transitionDecisions, plan, modelProposal } = explainedResultToProto(explain());
        const sessionMessage = sessionToProto(session, findFocusInstanceId(session));
        return { body: { lifecycleDecisions, transitionDecisions, plan, session: sessionMessage, modelProposal } };
      },
    },
  };
}

/** Creates the command of the three methods that decide phases without a store. Each method returns a part of the same decision. */
function toPhaseCommand(message: { readonly input?: PhaseInput | undefined }, receivedAt: number): PhaseCommand {
  const input = message.input ?? PhaseInput.create();
  const turn = turnFromProto(input.turn ?? Turn.create(), receivedAt);
  const source = { path: 'input.session', occurredAt: turn.occurredAt };
  return {
    turn,
    session: input.session && sessionFromProto(input.session, source),
    scenarios: input.scenarios.map(scenarioFromProto),
    relationships: input.relationships.map(relationshipFromProto),
    fields: input.fields === undefined ? [] : fieldsFromMessage(input.fields),
    proposal: input.modelProposal && modelProposalFromProto(input.modelProposal),
  };
}
