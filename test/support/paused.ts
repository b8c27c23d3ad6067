import type { PauseReason } from '../../src/core/model/lifecycle-decision';
import type { ScenarioInstance } from '../../src/core/model/session';
import type { OrchestrationSettings } from '../../src/core/model/settings';
import { Conversation, type TurnDraft } from './conversation';
import { asking, type Variation } from './sample-scenarios';

export const refund = asking('refund', ['order_id', 'reason']);
export const booking = asking('booking', ['date', 'seats']);

/** Both have started, refund first. */
export function aTalk(
  settings: Partial<OrchestrationSettings> = {},
  ofRefund: Variation = {},
  ofBooking: Variation = {},
): Conversation {
  const talk = new Conversation(
    [
      { ...refund, ...ofRefund },
      { ...booking, ...ofBooking },
    ],
    { settings },
  );
  talk.turn({ candidates: { refund: 0.9, booking: 0.8 } });
  return talk;
}

/** Makes refund a paused instance. */
export function pause(
  talk: Conversation,
  pauseReason: PauseReason,
  more: Partial<ScenarioInstance> = {},
): Conversation {
  const paused = {
    status: 'PAUSED',
    pauseReason,
    pausedAt: 60_000,
    pausedAtTurnCount: talk.session.turnCount,
    ...more,
  } as const;
  talk.session = {
    ...talk.session,
    instances: talk.session.instances.map((each) => (each.scenarioId === 'refund' ? { ...each, ...paused } : each)),
  };
  return talk;
}
/** What is decided about refund on a turn. */
export const decided = (talk: Conversation, draft: TurnDraft = {}): string => {
  const { action, reason } = talk.turn(draft).lifecycle('refund');
  return `${action} ${reason}`;
};
export const stays = 'PAUSE STAYS_PAUSED';
export const resumes = 'CONTINUE RESUMED';
