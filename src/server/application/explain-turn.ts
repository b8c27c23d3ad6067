import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';
import type { TurnSelector } from '../ports/session-store';
import { type DecideAgainDependencies, decideAgain } from './decide-again';

export interface ExplainTurnQuery {
  readonly key: SessionKey;
  readonly turn: TurnSelector;
}

export interface Explanation {
  /** The encoded response in the view FULL. */
  readonly responseBytes: Uint8Array;
  /** Whether relationships, field definitions, settings or the release have changed since the turn, or a scenario was deleted. */
  readonly definitionsChanged: boolean;
}

/**
 * Explains a recorded turn: its response in the view FULL, decided again.
 *
 * @throws OrchestratorError TURN_NOT_FOUND, and the errors of `decideAgain` and of the store.
 */
export async function explainTurn(
  deps: DecideAgainDependencies,
  { key, turn }: ExplainTurnQuery,
  call: Call,
): Promise<Explanation> {
  const history = await deps.store.readTurnHistory(key, turn, call);
  const record = history?.turns.at(-1);
  if (history === undefined || record === undefined) throw createNotFoundError(key, turn);
  if (deps.codec.isFull(record.response)) return { responseBytes: record.response, definitionsChanged: false };
  const { explain, definitionsChanged } = await decideAgain(deps, key, history, call);
  return { responseBytes: deps.codec.encodeExplanation(explain()), definitionsChanged };
}

function createNotFoundError({ sessionId }: SessionKey, turn: TurnSelector): OrchestratorError {
  const [text, metadata]: [string, Record<string, string>] =
    'turnId' in turn
      ? [`turn ${turn.turnId}`, { turn_id: turn.turnId }]
      : [`turn at revision ${turn.revision}`, { revision: String(turn.revision) }];
  return new OrchestratorError(
    'TURN_NOT_FOUND',
    `Session ${sessionId} has no recorded ${text}: there was none, or it is no longer recorded. ListTurns returns the recorded turns.`,
    { metadata: { session_id: sessionId, ...metadata } },
  );
}
