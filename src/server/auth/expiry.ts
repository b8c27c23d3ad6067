/** The latest time that a Date can represent, in milliseconds since 1970. */
export const maxTime = 8_640_000_000_000_000;

/** Formats an expiry in milliseconds since 1970 for a message: ` at 2027-01-31T00:00:00.000Z`, or "" if it is not a date. */
export function formatExpiry(time: number): string {
  return Math.abs(time) <= maxTime ? ` at ${new Date(time).toISOString()}` : '';
}
