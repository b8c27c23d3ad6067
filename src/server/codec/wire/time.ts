import type { Duration } from '../../../../gen/google/protobuf/duration';

// Times are milliseconds since 1970.

/** Converts a time whose value 0 means "not set". */
export function timeToProto(milliseconds: number): Date | undefined {
  return milliseconds === 0 ? undefined : new Date(milliseconds);
}

/** The inverse of `timeToProto`. Timestamps are truncated to milliseconds. */
export function timeFromProto(date: Date | undefined): number {
  return date === undefined ? 0 : date.getTime();
}

/** Converts an optional time. Unlike in `timeToProto`, 0 is a valid time. */
export function optionalTimeToProto(milliseconds: number | undefined): Date | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds);
}

/** The inverse of `optionalTimeToProto`. */
export function optionalTimeFromProto(date: Date | undefined): number | undefined {
  return date?.getTime();
}

/** Converts a duration in milliseconds, at least 0. */
export function durationToProto(milliseconds: number | undefined): Duration | undefined {
  if (milliseconds === undefined) return undefined;
  const rest = milliseconds % 1_000;
  return { seconds: (milliseconds - rest) / 1_000, nanos: Math.round(rest * 1_000_000) };
}

/** The inverse of `durationToProto`, rounded to milliseconds. */
export function durationFromProto(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : duration.seconds * 1_000 + Math.round(duration.nanos / 1_000_000);
}
