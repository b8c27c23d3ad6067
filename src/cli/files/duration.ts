const text = /^(?=\d)(?:(\d{1,6})d)?(?:(\d{1,8})h)?(?:(\d{1,9})m)?(?:(\d{1,12})(\.\d{1,9})?s)?$/;

/** What a duration may look like, for messages and for the JSON Schema. */
export const durationFormat = 'a duration such as "900s", "15m" or "1h30m" (units d, h, m, s, in this order)';
/** The same as a regular expression of JSON Schema. */
export const durationPattern = text.source.replaceAll('(?:', '(');

/** The duration in proto3 JSON (`"900s"`); undefined for any other text. */
export function toProtoDuration(given: string): string | undefined {
  const match = text.exec(given);
  if (match === null) return undefined;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return `${whole}${fraction}s`;
}
