import { pipeline, Readable, type Writable } from 'node:stream';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import type {
  ProcessTurnResponse,
  ProcessTurnsResponse,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { CallError } from './call-error';
import { readMessages } from './calls';
import type { StreamedTurn } from './trace-context';

export interface ProcessTurnResult {
  readonly response: ProcessTurnResponse;
  /** Whether the turn had already been applied. If true, the response is the stored response (5.1). */
  readonly replayed: boolean;
}

/** The result of one turn of a stream. */
export interface TurnOutcome {
  /** The id of the sent turn, in lower case; "" if the service could not decode it. */
  readonly turnId: string;
  /** The result, or the error of a failed turn. A failed turn does not end the stream. */
  readonly outcome: ProcessTurnResult | CallError;
}

/**
 * Sends turns at the rate at which the service reads them, and iterates over their outcomes. Ends after the last outcome. Throws
 * CallError if the stream breaks. Rethrows any error of `turns`.
 */
export async function* processTurns(
  startCall: () => ClientDuplexStream<StreamedTurn, ProcessTurnsResponse>,
  turns: Iterable<StreamedTurn> | AsyncIterable<StreamedTurn>,
  signal: AbortSignal | undefined,
): AsyncGenerator<TurnOutcome, void> {
  const source = Readable.from(turns);
  let sourceFailure: { readonly error: unknown } | undefined;
  source.on('error', (error) => {
    sourceFailure = { error };
  });
  function startSending(): ClientDuplexStream<StreamedTurn, ProcessTurnsResponse> {
    const call = startCall();
    const target: Writable = call;
    // Ignore the result of the pipeline, because the call reports its own status.
    pipeline(source, target, () => undefined);
    return call;
  }
  try {
    for await (const message of readMessages('ProcessTurns', startSending, signal)) yield toTurnOutcome(message);
  } catch (error) {
    throw sourceFailure === undefined ? error : sourceFailure.error;
  } finally {
    source.destroy();
  }
}

function toTurnOutcome({ turnId, replayed, result }: ProcessTurnsResponse): TurnOutcome {
  switch (result?.$case) {
    case 'response':
      return { turnId, outcome: { response: result.value, replayed } };
    case 'error':
      return { turnId, outcome: new CallError('ProcessTurns', result.value) };
    case undefined:
      throw new Error(`The result of turn ${turnId} is neither a response nor an error. Update this client.`);
  }
}
