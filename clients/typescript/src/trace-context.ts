import { AsyncResource } from 'node:async_hooks';
import type { ProcessTurnsRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { TraceContext } from '../../../gen/focal/orchestration/v1/turn';

/** A turn to send on a stream. A ProcessTurnRequest is one, too. */
export type StreamedTurn = Omit<ProcessTurnsRequest, 'traceContext'> & {
  /** Default: the result of `ConnectSettings.getTraceContext`. */
  readonly traceContext?: TraceContext | undefined;
};

/** Returns the trace context of a turn, for example as OpenTelemetry injects it into a carrier; undefined if it has none. */
export type GetTraceContext = (turn: StreamedTurn) => Partial<TraceContext> | undefined;

type Turns = Iterable<StreamedTurn> | AsyncIterable<StreamedTurn>;

/**
 * Sets the trace context of every turn that has none. The turns are read in the async context of the connection, so
 * `getTraceContext` is bound to the async context of this call.
 */
export function addTraceContexts(turns: Turns, getTraceContext: GetTraceContext | undefined): Turns {
  if (getTraceContext === undefined) return turns;
  return addEach(turns, AsyncResource.bind(getTraceContext));
}

async function* addEach(turns: Turns, getTraceContext: GetTraceContext): AsyncGenerator<StreamedTurn, void> {
  for await (const turn of turns) {
    const traceContext = turn.traceContext ?? getTraceContext(turn);
    yield traceContext?.traceparent ? { ...turn, traceContext: TraceContext.fromPartial(traceContext) } : turn;
  }
}
