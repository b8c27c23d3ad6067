import { CallError, type OrchestratorClient } from 'scenario-orchestrator-client';
import {
  ExplainTurnRequest,
  type ExplainTurnResponse,
  type TurnRecord,
} from '../../gen/focal/orchestration/v1/session_service';

import type { SessionKey } from './read-session';

/** Identifies a recorded turn by its id or by its revision. */
export interface TurnName extends SessionKey {
  readonly turnId?: string;
  readonly revision?: number;
}

/** Explains a recorded turn. Rejects with CallError. */
export function explainTurn(client: OrchestratorClient, turn: TurnName): Promise<ExplainTurnResponse> {
  return client.explainTurn(ExplainTurnRequest.fromPartial(turn));
}

/** A turn with its response in the view FULL, if it can be explained. */
export interface ExplainedRecord {
  readonly record: TurnRecord;
  /** Why the response is the recorded one, in the view BASIC; "" if it is explained. */
  readonly problem: string;
}

/** Explains a recorded turn, or returns it as it is recorded if it cannot be explained. */
export async function explainRecord(
  client: OrchestratorClient,
  { tenantId, sessionId }: SessionKey,
  record: TurnRecord,
): Promise<ExplainedRecord> {
  try {
    const { response } = await explainTurn(client, { tenantId, sessionId, revision: record.revision });
    return { record: { ...record, response }, problem: '' };
  } catch (error) {
    if (!(error instanceof CallError) || !unexplainedReasons.has(error.reason)) throw error;
    return { record, problem: error.message };
  }
}

/** Reasons of errors after which the recorded decisions can still be shown. */
const unexplainedReasons: ReadonlySet<string> = new Set([
  'TURN_NOT_FOUND',
  'TURN_NOT_EXPLAINABLE',
  'TOO_LARGE',
  'WORK_LIMIT',
  'NOT_IMPLEMENTED',
]);
