import { WaitsFor } from '../../../gen/focal/orchestration/v1/request';
import { PauseReason, ScenarioInstanceStatus } from '../../../gen/focal/orchestration/v1/session';
import type { CountSessionsResponse, SessionSummary } from '../../../gen/focal/orchestration/v1/session_service';
import { formatEnum } from '../conversation-tests/summary-values';

/** Formats what the index has of a session: one line for it, and one for each instance. */
export function formatSessionSummary(session: SessionSummary): readonly string[] {
  const started = session.startedAt?.toISOString() ?? '';
  const customer = session.customerId === '' ? '' : `  customer ${session.customerId}`;
  const lastMessage = session.lastMessageAt?.toISOString() ?? '';
  return [
    `${started}  session ${session.sessionId}  agent ${session.agentId}${customer}  last message ${lastMessage}`,
    ...session.instances.map((instance) => {
      const reason = instance.pauseReason === 0 ? '' : ` ${formatEnum(PauseReason, instance.pauseReason)}`;
      const status = `${formatEnum(ScenarioInstanceStatus, instance.status)}${reason}`;
      const waiting = `waits for ${formatEnum(WaitsFor, instance.waitsFor)}`;
      return `  ${status}  scenario ${instance.scenarioId} version ${instance.scenarioVersion}  step ${instance.stepId}  ${waiting}`;
    }),
  ];
}

/** Formats counts: one line for the sessions, and one for each group of instances. */
export function formatSessionCounts({ sessions, counts }: CountSessionsResponse): readonly string[] {
  return [
    `${sessions} sessions`,
    ...counts.map(({ agentId, scenarioId, scenarioVersion, stepId, status, instances }) => {
      const scenario = `scenario ${scenarioId} version ${scenarioVersion}  step ${stepId}`;
      return `  ${instances} ${formatEnum(ScenarioInstanceStatus, status)}  agent ${agentId}  ${scenario}`;
    }),
  ];
}
