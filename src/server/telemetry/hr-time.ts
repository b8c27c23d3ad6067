import type { HrTime } from '@opentelemetry/api';

const nanosecondsPerSecond = 1_000_000_000;

/** Converts milliseconds to seconds and nanoseconds, as the SDK does. */
export function toHrTime(milliseconds: number): HrTime {
  const seconds = Math.trunc(milliseconds / 1_000);
  return [seconds, Math.round((milliseconds % 1_000) * 1_000_000)];
}

export function addMilliseconds([seconds, nanoseconds]: HrTime, milliseconds: number): HrTime {
  const added = toHrTime(milliseconds);
  const sum = nanoseconds + added[1];
  return sum >= nanosecondsPerSecond ? [seconds + added[0] + 1, sum - nanosecondsPerSecond] : [seconds + added[0], sum];
}
