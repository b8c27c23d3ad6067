import { Metadata } from '@grpc/grpc-js';
import type { OrchestratorServiceService } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type { UseCases } from '../../application/use-cases';
import type { Clock } from '../../ports/clock';
import { bidiStream } from '../middleware/bidi-stream';
import { serverStream } from '../middleware/server-stream';
import { type CallDependencies, unary } from '../middleware/unary';
import type { ServiceHandlers } from '../validated-service';
import { phaseMethods } from './phase-methods';
import { toTurnCommand } from './turn-command';
import { TurnEvents } from './turn-events';
import { toTurnError, toTurnResponse } from './turn-response';

/** Trailing metadata of an answer that was given before (5.1). */
const replayedTrailer = new Metadata();
replayedTrailer.set('x-turn-replayed', 'true');

/** The handlers of OrchestratorService. */
export function orchestratorHandlers(
  useCases: Pick<UseCases, 'processTurn' | 'decidePhases'>,
  clock: Clock,
  surroundings: CallDependencies,
): ServiceHandlers<typeof OrchestratorServiceService> {
  return {
    processTurn: unary(surroundings, async (request, call) => {
      const turn = await useCases.processTurn(toTurnCommand(request, clock.now()), call);
      return turn.replayed ? { body: turn.responseBytes, trailer: replayedTrailer } : { body: turn.responseBytes };
    }),
    streamTurn: serverStream(surroundings, async (request, call, send) => {
      const events = new TurnEvents();
      const command = toTurnCommand(request, clock.now());
      const turn = await useCases.processTurn(command, call, async (result, over) => {
        for (const event of events.provisional(result)) {
          await send(event);
          if (over.aborted) return;
        }
      });
      for (const event of events.final(turn)) await send(event);
    }),
    processTurns: bidiStream(surroundings, {
      spanName: 'ProcessTurns turn',
      handle: async (request, call) =>
        toTurnResponse(await useCases.processTurn(toTurnCommand(request, clock.now()), call)),
      toErrorResponse: toTurnError,
    }),
    ...phaseMethods(useCases, clock, surroundings),
  };
}
