import type { PauseReason } from '../../src/core/model/lifecycle-decision';
import type { ScenarioInstance } from '../../src/core/model/session';
import type { OrchestrationSettings } from '../../src/core/model/settings';
import { Conversation, type TurnDraft } from './conversation';
import { asking, type Variation } from './sample-scenarios';

export const refund = asking('refund', ['order_id', 'reason']);
export const booking = asking('booking', ['date', 'seats']);

/** A conversation in which refund and then booking have started. */
export function startRefundAndBooking(
  settings: Partial<OrchestrationSettings> = {},
  refundVariation: Variation = {},
  bookingVariation: Variation = {},
): Conversation {
  const conversation = new Conversation(
    [
      { ...refund, ...refundVariation },
      { ...booking, ...bookingVariation },
    ],
    { settings },
  );
  conversation.turn({ candidates: { refund: 0.9, booking: 0.8 } });
  return conversation;
}

/** Pauses the instance of refund in the stored session. */
export function pauseRefund(
  conversation: Conversation,
  pauseReason: PauseReason,
  more: Partial<ScenarioInstance> = {},
): Conversation {
  const paused = {
    status: 'PAUSED',
    pauseReason,
    pausedAt: 60_000,
    pausedAtTurnCount: conversation.session.turnCount,
    ...more,
  } as const;
  conversation.session = {
    ...conversation.session,
    instances: conversation.session.instances.map((instance) =>
      instance.scenarioId === 'refund' ? { ...instance, ...paused } : instance,
    ),
  };
  return conversation;
}
/** Plays a turn and returns the action and the reason of the decision about refund. */
export const decideRefund = (conversation: Conversation, draft: TurnDraft = {}): string => {
  const { action, reason } = conversation.turn(draft).lifecycle('refund');
  return `${action} ${reason}`;
};
export const staysPaused = 'PAUSE STAYS_PAUSED';
export const resumed = 'CONTINUE RESUMED';
