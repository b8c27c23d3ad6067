import { pipeline, Readable, type Writable } from 'node:stream';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import type {
  ProcessTurnResponse,
  ProcessTurnsRequest,
  ProcessTurnsResponse,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { CallError } from './call-error';
import { readMessages } from './message-stream';

/** A decided turn. */
export interface ProcessTurnResult {
  readonly response: ProcessTurnResponse;
  /** The turn was applied before, and this is the stored answer (5.1). */
  readonly replayed: boolean;
}

/** What became of one turn of a stream of turns. */
export interface TurnOutcome {
  /** The turn, by its id as it was sent; empty where that could not be read. */
  readonly turnId: string;
  /** Its answer, or why it failed; the stream goes on either way. */
  readonly outcome: ProcessTurnResult | CallError;
}

/**
 * Sends turns as they come, no faster than they are taken, and gives what becomes of each. Ends after the last of them; with
 * CallError where the stream breaks: turns without an outcome are then to be sent again, with the same turn ids. What the turns
 * themselves throw ends it too.
 */
export async function* processTurns(
  begin: () => ClientDuplexStream<ProcessTurnsRequest, ProcessTurnsResponse>,
  turns: Iterable<ProcessTurnsRequest> | AsyncIterable<ProcessTurnsRequest>,
  signal: AbortSignal | undefined,
): AsyncGenerator<TurnOutcome, void> {
  const source = Readable.from(turns);
  let sourceFailure: { readonly error: unknown } | undefined;
  source.on('error', (error) => {
    sourceFailure = { error };
  });
  function sending(): ClientDuplexStream<ProcessTurnsRequest, ProcessTurnsResponse> {
    const call = begin();
    const target: Writable = call;
    pipeline(source, target, () => undefined); // how it ends is told by the call
    return call;
  }
  try {
    for await (const message of readMessages('ProcessTurns', sending, signal)) yield outcomeOf(message);
  } catch (error) {
    throw sourceFailure === undefined ? error : sourceFailure.error;
  } finally {
    source.destroy();
  }
}

function outcomeOf({ turnId, replayed, result }: ProcessTurnsResponse): TurnOutcome {
  switch (result?.$case) {
    case 'response':
      return { turnId, outcome: { response: result.value, replayed } };
    case 'error':
      return { turnId, outcome: new CallError('ProcessTurns', result.value) };
    case undefined:
      throw new Error(`ProcessTurns answered turn ${turnId} with neither a response nor an error: update this client.`);
  }
}
