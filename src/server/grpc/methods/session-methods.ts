import { ProcessTurnResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type {
  ExplainTurnRequest,
  ListTurnsRequest,
  SessionServiceService,
} from '../../../../gen/focal/orchestration/v1/session_service';
import { findFocusInstanceId } from '../../../core/model/focus';
import type { SessionKey } from '../../../core/model/session';
import { createInvalidFieldError } from '../../codec/wire/invalid-field-error';
import { legacySessionFromProto, sessionToProto } from '../../codec/wire/session-codec';
import { sessionCountsToProto, sessionSummaryToProto } from '../../codec/wire/session-index-codec';
import { turnRecordToProto } from '../../codec/wire/turn-record-codec';
import type { TurnSelector } from '../../ports/session-store';
import { customerPartToProto } from './customer-parts';
import type { MethodDependencies } from './dependencies';
import { createSessionTokens, listSessionsQueryFromProto, positionPattern } from './list-sessions-messages';
import type { ServiceMethods } from './method';
import { getPageSize, PageTokens } from './page-token';
import { sentEventsToProto, watchTurnsQueryFromProto } from './watch-turns-messages';

export function createSessionMethods({
  useCases,
  stallTimeoutMs,
}: Pick<MethodDependencies, 'useCases' | 'stallTimeoutMs'>): ServiceMethods<typeof SessionServiceService> {
  return {
    getSession: {
      kind: 'unary',
      scope: 'sessions',
      getTenantId: ({ tenantId }) => tenantId,
      getSessionId: ({ sessionId }) => sessionId,
      async handle({ message }, call) {
        const session = await useCases.getSession(toSessionKey(message), call);
        return { body: { session: sessionToProto(session, findFocusInstanceId(session)) } };
      },
    },
    listSessions: {
      kind: 'unary',
      scope: 'sessions',
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message }, call) {
        const tokens = createSessionTokens(message);
        const cursor = tokens.parse(message, positionPattern);
        const { items, nextCursor } = await useCases.listSessions(listSessionsQueryFromProto(message, cursor), call);
        return { body: { sessions: items.map(sessionSummaryToProto), nextPageToken: tokens.create(nextCursor) } };
      },
    },
    countSessions: {
      kind: 'unary',
      isComputed: true,
      scope: 'sessions',
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message }, call) {
        return { body: sessionCountsToProto(await useCases.countSessions(message.tenantId, message, call)) };
      },
    },
    exportCustomer: {
      kind: 'long server stream',
      scope: 'sessions',
      getTenantId: ({ tenantId }) => tenantId,
      limits: { stallTimeoutMs },
      async handle({ message: { tenantId, customerId, cursor: pageToken } }, call, send) {
        const tokens = new PageTokens('customer', tenantId, customerId);
        const cursor = tokens.parse({ pageToken, pageSize: 0 }, positionPattern);
        await useCases.exportCustomer({ tenantId, customerId, cursor }, call, (part) =>
          send(customerPartToProto(part, tokens.create(part.cursor || undefined))),
        );
      },
    },
    deleteCustomer: {
      kind: 'unary',
      scope: 'sessions',
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message: { tenantId, customerId } }, call) {
        const { deletedSessions, isComplete } = await useCases.deleteCustomer({ tenantId, customerId }, call);
        return { body: { deletedSessions, complete: isComplete } };
      },
    },
    deleteSession: {
      kind: 'unary',
      scope: 'sessions',
      getTenantId: ({ tenantId }) => tenantId,
      getSessionId: ({ sessionId }) => sessionId,
      async handle({ message }, call) {
        return { body: { existed: await useCases.deleteSession(toSessionKey(message), call) } };
      },
    },
    listTurns: {
      kind: 'unary',
      scope: 'sessions',
      getTenantId: ({ tenantId }) => tenantId,
      getSessionId: ({ sessionId }) => sessionId,
      async handle({ message }, call) {
        const tokens = createTurnTokens(message);
        const afterRevision = Number(tokens.parse(message, /^\d{1,10}$/));
        const query = { key: toSessionKey(message), afterRevision, pageSize: getPageSize(message) };
        const { items, nextCursor } = await useCases.listTurns(query, call);
        return {
          body: {
            turns: items.map((turn) => turnRecordToProto(turn, turn.supersededByTurnId)),
            nextPageToken: tokens.create(nextCursor),
          },
        };
      },
    },
    explainTurn: {
      kind: 'unary',
      isComputed: true,
      scope: 'sessions',
      getTenantId: ({ tenantId }) => tenantId,
      getSessionId: ({ sessionId }) => sessionId,
      async handle({ message }, call) {
        const query = { key: toSessionKey(message), turn: toTurnSelector(message) };
        const { responseBytes, definitionsChanged } = await useCases.explainTurn(query, call);
        return { body: { response: ProcessTurnResponse.decode(responseBytes), definitionsChanged } };
      },
    },
    watchSession: {
      kind: 'long server stream',
      scope: 'sessions',
      getTenantId: ({ tenantId }) => tenantId,
      getSessionId: ({ sessionId }) => sessionId,
      limits: { stallTimeoutMs },
      async handle({ message: { afterRevision, afterTurnId, ...request } }, call, send) {
        const cursor = { afterRevision, afterTurnId: afterTurnId === '' ? undefined : afterTurnId };
        const query = { key: toSessionKey(request), ...cursor };
        await useCases.watchSession(query, call, (turn) => send({ turn: turnRecordToProto(turn, '') }));
      },
    },
    watchTurns: {
      kind: 'long server stream',
      scope: 'sessions',
      getTenantId: ({ tenantId }) => tenantId,
      limits: { stallTimeoutMs },
      async handle({ message }, call, send) {
        await useCases.watchTurns(watchTurnsQueryFromProto(message), call, (sent) => send(sentEventsToProto(sent)));
      },
    },
    acknowledgeTurns: {
      kind: 'unary',
      scope: 'sessions',
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message }, call) {
        await useCases.acknowledgeTurns(message, call);
        return { body: {} };
      },
    },
    deleteTurnConsumer: {
      kind: 'unary',
      scope: 'sessions',
      getTenantId: ({ tenantId }) => tenantId,
      async handle({ message }, call) {
        return { body: { existed: await useCases.deleteTurnConsumer(message, call) } };
      },
    },
    importSession: {
      kind: 'unary',
      scope: 'sessions',
      getTenantId: ({ tenantId }) => tenantId,
      getSessionId: ({ sessionId }) => sessionId,
      async handle({ message }, call) {
        const command = { key: toSessionKey(message), record: legacySessionFromProto(message) };
        const { session, created } = await useCases.importSession(command, call);
        return { body: { session: sessionToProto(session, findFocusInstanceId(session)), created } };
      },
    },
  };
}

function toSessionKey({ tenantId, sessionId }: SessionKey): SessionKey {
  return { tenantId, sessionId };
}

/** Throws INVALID_REQUEST unless the request names a turn in one of the two ways. */
function toTurnSelector({ turnId, revision }: ExplainTurnRequest): TurnSelector {
  if ((turnId === '') === (revision === 0)) {
    throw createInvalidFieldError('turn_id', 'must be set, or revision, but not both');
  }
  return turnId === '' ? { revision } : { turnId };
}

function createTurnTokens({ tenantId, sessionId }: ListTurnsRequest): PageTokens {
  return new PageTokens('turns', tenantId, sessionId);
}
