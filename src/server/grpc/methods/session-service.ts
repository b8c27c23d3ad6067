import { ProcessTurnRequest, ProcessTurnResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type {
  ListTurnsRequest,
  SessionServiceService,
  TurnRecord as TurnRecordMessage,
  WatchSessionRequest,
} from '../../../../gen/focal/orchestration/v1/session_service';
import { findFocusInstanceId } from '../../../core/model/focus';
import type { SessionKey } from '../../../core/model/session';
import type { WatchSessionQuery } from '../../application/turn-history-reader';
import type { UseCases } from '../../application/use-cases';
import { legacySessionFromProto, sessionToProto } from '../../codec/wire/session-codec';
import type { TurnRecord } from '../../ports/session-store';
import { longServerStream } from '../middleware/long-server-stream';
import { type CallDependencies, unary } from '../middleware/unary';
import type { ServiceHandlers } from '../validated-service';
import { getPageSize, PageTokens } from './page-token';

/** The handlers of SessionService. */
export function sessionHandlers(
  useCases: Pick<UseCases, 'readSession' | 'deleteSession' | 'listTurns' | 'watchSession' | 'importSession'>,
  surroundings: CallDependencies,
): ServiceHandlers<typeof SessionServiceService> {
  return {
    getSession: unary(surroundings, async ({ message }, call) => {
      const session = await useCases.readSession(keyOf(message), call);
      return { body: { session: sessionToProto(session, findFocusInstanceId(session)) } };
    }),
    deleteSession: unary(surroundings, async ({ message }, call) => {
      return { body: { existed: await useCases.deleteSession(keyOf(message), call) } };
    }),
    listTurns: unary(surroundings, async ({ message }, call) => {
      const tokens = turnTokens(message);
      const afterRevision = Number(tokens.parse(message, /^\d{1,10}$/));
      const { items, nextCursor: next } = await useCases.listTurns(
        { key: keyOf(message), afterRevision, pageSize: getPageSize(message) },
        call,
      );
      return { body: { turns: items.map(turnRecordToProto), nextPageToken: tokens.create(next) } };
    }),
    watchSession: longServerStream(surroundings, async ({ message }, call, send) => {
      await useCases.watchSession(watchQueryOf(message), call, (turn) => send({ turn: turnRecordToProto(turn) }));
    }),
    importSession: unary(surroundings, async ({ message }, call) => {
      const command = { key: keyOf(message), record: legacySessionFromProto(message) };
      const { session, created } = await useCases.importSession(command, call);
      return { body: { session: sessionToProto(session, findFocusInstanceId(session)), created } };
    }),
  };
}

function keyOf({ tenantId, sessionId }: SessionKey): SessionKey {
  return { tenantId, sessionId };
}

function turnTokens({ tenantId, sessionId }: ListTurnsRequest): PageTokens {
  return new PageTokens('turns', tenantId, sessionId);
}

function watchQueryOf({ afterRevision, afterTurnId, ...request }: WatchSessionRequest): WatchSessionQuery {
  return { key: keyOf(request), afterRevision, afterTurnId: afterTurnId === '' ? undefined : afterTurnId };
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
