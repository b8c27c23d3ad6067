import type { ListSessionsRequest } from '../../../../gen/focal/orchestration/v1/session_service';
import type { ListSessionsQuery } from '../../application/list-sessions';
import { createInvalidFieldError } from '../../codec/wire/invalid-field-error';
import { sessionFilterFromProto } from '../../codec/wire/session-index-codec';
import { optionalTimeFromProto } from '../../codec/wire/time';
import { getPageSize, PageTokens } from './page-token';

/** A position in the order of the index. */
export const positionPattern = /^\d{15}\/[\w.%~!*'()-]+$/;

/** Throws INVALID_REQUEST if the period is empty. */
export function listSessionsQueryFromProto(request: ListSessionsRequest, cursor: string): ListSessionsQuery {
  const startedFrom = optionalTimeFromProto(request.startedFrom);
  const startedBefore = optionalTimeFromProto(request.startedBefore);
  if (startedFrom !== undefined && startedBefore !== undefined && startedBefore <= startedFrom) {
    throw createInvalidFieldError('started_before', 'must be after started_from');
  }
  return {
    tenantId: request.tenantId,
    filter: sessionFilterFromProto(request),
    startedFrom,
    startedBefore,
    idleSince: optionalTimeFromProto(request.idleSince),
    cursor,
    pageSize: getPageSize(request),
  };
}

/** The page tokens of a list: they are valid only with the same filter. */
export function createSessionTokens({ pageSize, pageToken, ...filter }: ListSessionsRequest): PageTokens {
  return new PageTokens('sessions', JSON.stringify(filter));
}
