import type { IgnoredOutcome, IgnoredReason } from '../../model/lifecycle-decision';
import type { StepOutcome } from '../../model/turn';
import type { OutcomeTarget } from './outcome-target';

const sentences: Readonly<Record<IgnoredReason, string>> = {
  ENDED: 'The instance has ended.',
  ALREADY_ANSWERED: 'The request already has an outcome.',
  NOT_DELIVERED: 'The request did not reach the customer.',
  VOID: 'The request was closed because a value changed or the step was entered again.',
  OTHER_VISIT: 'The request was closed because its step was left.',
  AMBIGUOUS: 'More than one open request matches. Send the action_key of the request.',
  NO_OPEN_REQUEST: 'No open request matches. Send the action_key of the request that the outcome answers.',
};

/** Explains why an outcome is not applied (0.6). */
export function explainIgnored(
  outcome: StepOutcome,
  { instanceId, reason }: Extract<OutcomeTarget, { readonly kind: 'ignored' }>,
): IgnoredOutcome {
  return { outcome, instanceId, reason, reasoning: sentences[reason] };
}
