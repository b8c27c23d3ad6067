import type { ExampleCalls } from './recorded-calls';
import type { WarmUpCall } from './warm-up-client';

export interface WarmUpOptions {
  /** Number of turns of the example conversations. */
  readonly turns: number;
  /** Ends the warm-up early. */
  readonly signal: AbortSignal;
}

export interface WarmUpCalls extends ExampleCalls {
  /** Creates the calls of a round that need much work. Some of them must fail. */
  readonly createHeavyCalls: (round: number) => readonly WarmUpCall[];
}

/** A server of the warm-up. Both methods resolve to the error of the call, "" for none, and reject if the call cannot be sent. */
export interface WarmUpTarget {
  sendOverHttp2(call: WarmUpCall): Promise<string>;
  /** Calls the handler of the method, which takes less time. */
  sendToHandler(call: WarmUpCall): Promise<string>;
}

/** What a warm-up did. */
export interface WarmUpResult {
  /** Number of turns that were processed. */
  readonly turns: number;
  /** Number of calls of the example conversations that failed. */
  readonly failures: number;
  /** The error of the first of them; "" if there is none. */
  readonly firstFailure: string;
}

/** The path of the calls that count as turns. */
const turnPath = '/focal.orchestration.v1.OrchestratorService/ProcessTurn';

const heavyRounds = 4;

/** One conversation of this many goes over HTTP/2. The code below the handlers runs several times a call, so it needs fewer calls. */
const http2Interval = 4;

/**
 * Sends the calls one after the other, so that the event loop handles health checks and signals between them. The conversations are played
 * again and again; the last call of each deletes its session. Rejects if a call cannot be sent.
 */
export async function warmUp(
  target: WarmUpTarget,
  { catalogue, sessions, createHeavyCalls }: WarmUpCalls,
  { turns, signal }: WarmUpOptions,
): Promise<WarmUpResult> {
  let sentTurns = 0;
  let failures = 0;
  let firstFailure = '';
  const isOver = (): boolean => signal.aborted || sentTurns >= turns;
  const send = async (call: WarmUpCall, overHttp2: boolean): Promise<void> => {
    if (signal.aborted) return;
    const error = await (overHttp2 ? target.sendOverHttp2(call) : target.sendToHandler(call));
    if (error !== '') {
      failures += 1;
      firstFailure ||= `${call.path}: ${error}`;
    }
    if (call.path === turnPath) sentTurns += 1;
  };
  for (const call of catalogue) await send(call, true);
  for (let round = 0; round < heavyRounds; round += 1) {
    for (const call of createHeavyCalls(round)) if (!isOver()) await target.sendOverHttp2(call);
  }
  for (let index = 0; !isOver() && sessions.length > 0; index += 1) {
    for (const call of sessions[index % sessions.length] ?? []) await send(call, index % http2Interval === 0);
  }
  return { turns: sentTurns, failures, firstFailure };
}
