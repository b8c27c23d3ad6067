import { z } from 'zod';
import { flag, type SectionRule, wholeNumber, withRules } from './constraints';

const fields = z.strictObject({
  enabled: flag(),
  poll_interval_ms: wholeNumber(10, 60_000),
  lease_ms: wholeNumber(100, 300_000),
  batch_size: wholeNumber(1, 10_000),
  concurrency: wholeNumber(1, 256),
});

const rules: readonly SectionRule<z.infer<typeof fields>>[] = [
  {
    key: 'lease_ms',
    error:
      'must be at least three times timers.poll_interval_ms, so that leases are renewed in time; raise it, or lower the interval',
    holds: ({ lease_ms, poll_interval_ms }) => !(lease_ms < 3 * poll_interval_ms),
  },
];

/** Schema of the section [timers]. */
export const timers = withRules(fields, rules);
