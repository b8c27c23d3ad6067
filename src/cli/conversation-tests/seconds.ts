import { z } from 'zod';
import { durationFormat, toProtoDuration } from '../files';

const maxSeconds = 31_536_000;

/** A number of seconds up to one year, as a number or as a duration such as "5m". The parsed value is the number. */
export const secondsSchema = z.unknown().transform((value, context): number => {
  const seconds = typeof value === 'string' ? parseSeconds(value) : value;
  if (typeof seconds === 'number' && seconds >= 0 && seconds <= maxSeconds) return seconds;
  context.addIssue(`must be seconds, 0..${maxSeconds}, or ${durationFormat}`);
  return z.NEVER;
});

function parseSeconds(text: string): number | undefined {
  const duration = toProtoDuration(text);
  return duration === undefined ? undefined : Number(duration.slice(0, -1));
}
