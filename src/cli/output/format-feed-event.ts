import { type CommittedTurn, type FeedEvent, FeedGapReason } from '../../../gen/focal/orchestration/v1/feed';
import { LifecycleReason, ScenarioLifecycleAction } from '../../../gen/focal/orchestration/v1/lifecycle';
import { formatEnum } from '../conversation-tests/summary-values';

/** Formats an event of a feed: one line for the session, and one for each decision. */
export function formatFeedEvent({ committedAt, event }: FeedEvent): readonly string[] {
  const time = committedAt?.toISOString() ?? '';
  switch (event?.$case) {
    case 'turn':
      return [
        `${time}  session ${event.value.sessionId}  revision ${event.value.revision}`,
        ...formatDecisions(event.value),
      ];
    case 'deletedSession':
      return [`${time}  session ${event.value.sessionId}  deleted`];
    case 'expiredSession':
      return [`${time}  session ${event.value.sessionId}  expired`];
    case 'gap': {
      const { reason, missingEvents } = event.value;
      const count = missingEvents === 0 ? 'an unknown number of' : String(missingEvents);
      return [`events are missing: ${count}, ${formatEnum(FeedGapReason, reason)}`];
    }
    case undefined:
      return [];
  }
}

function formatDecisions({ decisions }: CommittedTurn): readonly string[] {
  return decisions.map(({ action, reason, scenarioId, sourceStepId, targetStepId }) => {
    const steps =
      targetStepId === '' || targetStepId === sourceStepId ? sourceStepId : `${sourceStepId} -> ${targetStepId}`;
    const codes = [formatEnum(ScenarioLifecycleAction, action), formatEnum(LifecycleReason, reason)];
    return `  ${codes.join(' ')}  scenario ${scenarioId}  ${steps}`;
  });
}
