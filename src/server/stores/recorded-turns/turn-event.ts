import { encodeFeedEvent } from '../../codec/stored/feed-event';
import type { TurnCommit } from '../../ports/session-store';

/** Encodes the event of the feed for a commit. */
export function encodeTurnEvent({ session, record, summary }: TurnCommit): Uint8Array {
  return encodeFeedEvent({
    kind: 'turn',
    agentId: session.agentId,
    sessionId: session.sessionId,
    revision: record.revision,
    turnId: record.turnId,
    committedAt: record.committedAt,
    trigger: summary.trigger,
    supersedesTurnId: summary.supersedesTurnId,
    decisions: summary.decisions,
    rejections: summary.rejections,
  });
}
