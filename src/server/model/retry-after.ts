/**
 * Milliseconds that the header `retry-after` asks to wait: a number of seconds, or a date. Undefined where there is none or it says
 * nothing. `now` is in milliseconds since 1970.
 */
export function parseRetryAfterMs(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
