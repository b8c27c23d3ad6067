import type {
  CountSessionsResponse,
  InstanceCount as InstanceCountMessage,
  ListSessionsRequest,
  SessionSummary,
} from '../../../../gen/focal/orchestration/v1/session_service';
import type { IndexedSession, InstanceCount, SessionCounts, SessionFilter } from '../../ports/session-index';
import { liveStatus, pauseReason, waitsFor } from './session-enums';

export function sessionFilterFromProto(message: ListSessionsRequest): SessionFilter {
  return {
    agentId: message.agentId,
    customerId: message.customerId,
    scenarioId: message.scenarioId,
    scenarioVersion: message.scenarioVersion,
    stepId: message.stepId,
    status: liveStatus.optionalFromProto(message.status),
    pauseReason: pauseReason.optionalFromProto(message.pauseReason),
    waitsFor: waitsFor.optionalFromProto(message.waitsFor),
  };
}

export function sessionSummaryToProto(session: IndexedSession & { readonly lastMessageAt: number }): SessionSummary {
  return {
    sessionId: session.sessionId,
    agentId: session.agentId,
    customerId: session.customerId,
    startedAt: new Date(session.startedAt),
    lastMessageAt: new Date(session.lastMessageAt),
    instances: session.instances.map((instance) => ({
      scenarioId: instance.scenarioId,
      scenarioVersion: instance.scenarioVersion,
      stepId: instance.stepId,
      status: liveStatus.toProto[instance.status],
      pauseReason: pauseReason.optionalToProto(instance.pauseReason),
      waitsFor: waitsFor.toProto[instance.waitsFor],
    })),
  };
}

/** Converts counts, and sorts their groups. */
export function sessionCountsToProto({ sessions, instances }: SessionCounts): CountSessionsResponse {
  return { sessions, counts: [...instances].sort(compareCounts).map(instanceCountToProto) };
}

function instanceCountToProto({ count, status, ...group }: InstanceCount): InstanceCountMessage {
  return { ...group, status: liveStatus.toProto[status], instances: count };
}

function compareCounts(a: InstanceCount, b: InstanceCount): number {
  return (
    compareTexts(a.agentId, b.agentId) ||
    compareTexts(a.scenarioId, b.scenarioId) ||
    a.scenarioVersion - b.scenarioVersion ||
    compareTexts(a.stepId, b.stepId) ||
    compareTexts(a.status, b.status)
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
