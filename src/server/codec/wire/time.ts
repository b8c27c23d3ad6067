import type { Duration } from '../../../../gen/google/protobuf/duration';

/** A time that the domain always has as a timestamp; 0, which stands for "not yet", is left out. */
export function timeToProto(milliseconds: number): Date | undefined {
  return milliseconds === 0 ? undefined : new Date(milliseconds);
}

/** The inverse of `timeToProto`. Timestamps are read to the millisecond. */
export function timeFromProto(date: Date | undefined): number {
  return date === undefined ? 0 : date.getTime();
}

/** A time that may be absent as a timestamp; here 1970 is a time like any other. */
export function optionalTimeToProto(milliseconds: number | undefined): Date | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds);
}

/** The inverse of `optionalTimeToProto`. */
export function optionalTimeFromProto(date: Date | undefined): number | undefined {
  return date?.getTime();
}

/** Milliseconds, at least 0, as a duration. */
export function durationToProto(milliseconds: number | undefined): Duration | undefined {
  if (milliseconds === undefined) return undefined;
  const rest = milliseconds % 1_000;
  return { seconds: (milliseconds - rest) / 1_000, nanos: Math.round(rest * 1_000_000) };
}

/** The inverse of `durationToProto`, rounded to the millisecond. */
export function durationFromProto(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : duration.seconds * 1_000 + Math.round(duration.nanos / 1_000_000);
}
