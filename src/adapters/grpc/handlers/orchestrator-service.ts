import { Metadata } from '@grpc/grpc-js';
import type { OrchestratorServiceService } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type { UseCases } from '../../../pipeline/use-cases';
import type { Clock } from '../../../ports/clock';
import { bidiStream } from '../calls/bidi-stream';
import { serverStream } from '../calls/server-stream';
import { type CallSurroundings, unary } from '../calls/unary';
import type { GuardedHandlers } from '../guarded-service';
import { phaseMethods } from './phase-methods';
import { answeredTurn, failedTurn } from './turn-answer';
import { turnCommandOf } from './turn-command';
import { TurnEvents } from './turn-events';

/** Trailing metadata of an answer that was given before (5.1). */
const replayedTrailer = new Metadata();
replayedTrailer.set('x-turn-replayed', 'true');

/** The handlers of OrchestratorService. */
export function orchestratorHandlers(
  useCases: Pick<UseCases, 'processTurn' | 'decidePhases'>,
  clock: Clock,
  surroundings: CallSurroundings,
): GuardedHandlers<typeof OrchestratorServiceService> {
  return {
    processTurn: unary(surroundings, async (request, call) => {
      const turn = await useCases.processTurn(turnCommandOf(request, clock.now()), call);
      return turn.replayed ? { body: turn.responseBytes, trailer: replayedTrailer } : { body: turn.responseBytes };
    }),
    streamTurn: serverStream(surroundings, async (request, call, send) => {
      const events = new TurnEvents();
      const command = turnCommandOf(request, clock.now());
      const turn = await useCases.processTurn(command, call, async (result, over) => {
        for (const event of events.provisional(result)) {
          await send(event);
          if (over.aborted) return;
        }
      });
      for (const event of events.final(turn)) await send(event);
    }),
    processTurns: bidiStream(surroundings, {
      span: 'ProcessTurns turn',
      answer: async (request, call) =>
        answeredTurn(await useCases.processTurn(turnCommandOf(request, clock.now()), call)),
      failed: failedTurn,
    }),
    ...phaseMethods(useCases, clock, surroundings),
  };
}
