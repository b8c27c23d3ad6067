import { ProcessTurnRequest, ProcessTurnResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type {
  ListTurnsRequest,
  SessionServiceService,
  TurnRecord as TurnRecordMessage,
} from '../../../../gen/focal/orchestration/v1/session_service';
import { olderSessionFromProto } from '../../../codec/older-session-codec';
import { sessionToProto } from '../../../codec/session-codec';
import { focusOf } from '../../../domain/focus';
import type { SessionKey } from '../../../domain/session';
import type { UseCases } from '../../../pipeline/use-cases';
import type { TurnRecord } from '../../../ports/session-store';
import { notImplemented } from '../calls/not-implemented';
import { type CallSurroundings, unary } from '../calls/unary';
import type { GuardedHandlers } from '../guarded-service';
import { PageTokens, pageSizeOf } from './page-token';

/** The handlers of SessionService. */
export function sessionHandlers(
  useCases: Pick<UseCases, 'readSession' | 'deleteSession' | 'listTurns' | 'importSession'>,
  surroundings: CallSurroundings,
): GuardedHandlers<typeof SessionServiceService> {
  const missing = notImplemented(surroundings);
  return {
    getSession: unary(surroundings, async ({ message }, call) => {
      const session = await useCases.readSession(keyOf(message), call);
      return { body: { session: sessionToProto(session, focusOf(session)) } };
    }),
    deleteSession: unary(surroundings, async ({ message }, call) => {
      return { body: { existed: await useCases.deleteSession(keyOf(message), call) } };
    }),
    listTurns: unary(surroundings, async ({ message }, call) => {
      const tokens = turnTokens(message);
      const afterRevision = Number(tokens.cursor(message, /^\d{1,10}$/));
      const { items, next } = await useCases.listTurns(
        { key: keyOf(message), afterRevision, pageSize: pageSizeOf(message) },
        call,
      );
      return { body: { turns: items.map(turnRecordToProto), nextPageToken: tokens.token(next) } };
    }),
    watchSession: missing.serverStream('WatchSession'),
    importSession: unary(surroundings, async ({ message }, call) => {
      const command = { key: keyOf(message), record: olderSessionFromProto(message) };
      const { session, created } = await useCases.importSession(command, call);
      return { body: { session: sessionToProto(session, focusOf(session)), created } };
    }),
  };
}

function keyOf({ tenantId, sessionId }: SessionKey): SessionKey {
  return { tenantId, sessionId };
}

function turnTokens({ tenantId, sessionId }: ListTurnsRequest): PageTokens {
  return new PageTokens('turns', tenantId, sessionId);
}

/** A recorded turn as the contract has it: its request with the time that it was decided with. */
function turnRecordToProto(record: TurnRecord): TurnRecordMessage {
  const request = ProcessTurnRequest.decode(record.request);
  if (request.turn !== undefined) request.turn.occurredAt = new Date(record.occurredAt);
  return {
    revision: record.revision,
    turnId: record.turnId,
    committedAt: new Date(record.committedAt),
    request,
    response: ProcessTurnResponse.decode(record.response),
  };
}
