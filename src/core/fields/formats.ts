// The notations of dates, times, e-mail addresses and phone numbers that a field accepts (section 10). Each function returns the text in
// canonical notation, so that equal values are equal texts and dates sort in time order. It returns undefined if the text is not accepted.
// The checks are strict: they accept only the notations that docs/fields.md lists.

const daysPerMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `2026-11-30`, or `20261130` in the basic notation of ISO 8601. Years 0001..9999. */
export function toDate(text: string): string | undefined {
  if (!/^(?:\d{4}-\d{2}-\d{2}|\d{8})$/.test(text)) return undefined;
  const digits = text.replaceAll('-', '');
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)];
  return isCalendarDay(Number(year), Number(month), Number(day)) ? `${year}-${month}-${day}` : undefined;
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeapYear ? 29 : (daysPerMonth[month - 1] ?? 0);
  return year >= 1 && day >= 1 && day <= days;
}

/** `14:30` or `14:30:05`, 00:00 to 23:59:59. Omits seconds that are zero. */
export function toTime(text: string): string | undefined {
  if (!/^\d{2}:\d{2}(?::\d{2})?$/.test(text)) return undefined;
  const [hour, minute, second] = [text.slice(0, 2), text.slice(3, 5), text.slice(6) || '00'];
  if (!isTimeOfDay(hour, minute, second)) return undefined;
  return second === '00' ? `${hour}:${minute}` : `${hour}:${minute}:${second}`;
}

function isTimeOfDay(hour: string, minute: string, second: string): boolean {
  return Number(hour) <= 23 && Number(minute) <= 59 && Number(second) <= 59;
}

const dateTimePattern =
  /^(\d{4}-\d{2}-\d{2}|\d{8})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|z|[+-]\d{2}:\d{2})?$/;

/**
 * `2026-11-30T14:30:05`, with or without an offset such as `Z` or `+01:00`. A space may replace the `T`. The result always has seconds, and
 * no trailing zeros in a fraction. The offset is unchanged, because it indicates the time zone of the customer.
 */
export function toDateTime(text: string): string | undefined {
  const match = dateTimePattern.exec(text);
  if (match === null) return undefined;
  const [, day = '', hour = '', minute = '', second = '00', fraction = '', offset = ''] = match;
  const date = toDate(day);
  if (date === undefined || !isTimeOfDay(hour, minute, second) || !isOffset(offset)) return undefined;
  const digits = fraction.replace(/0+$/, '');
  return `${date}T${hour}:${minute}:${second}${digits === '' ? '' : `.${digits}`}${offset.toUpperCase()}`;
}

/** The hours and minutes of `+01:00`; `Z` and a missing offset have none. */
function isOffset(offset: string): boolean {
  return Number(offset.slice(1, 3)) <= 23 && Number(offset.slice(4)) <= 59;
}

// The pattern of <input type="email"> in the HTML standard, with at least two labels in the domain.
const emailPattern =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$/;

/** `ada@example.com`, ASCII, at most 254 characters. Converts the domain to lower case. */
export function toEmail(text: string): string | undefined {
  if (text.length > 254 || !emailPattern.test(text)) return undefined;
  const at = text.lastIndexOf('@');
  return text.slice(0, at) + text.slice(at).toLowerCase();
}

/**
 * Digits with an optional leading `+`. Removes spaces and `-`, `.`, `/`, `(`, `)` between the digits. International numbers (`+`) have 7 to 15
 * digits (E.164), others 3 to 15. Whether the number exists is not checked.
 */
export function toPhone(text: string): string | undefined {
  if (text.length > 40 || !/^\+?[\d\s()./-]*$/.test(text)) return undefined;
  const number = text.replace(/[\s()./-]/g, '');
  return /^(?:\+[1-9]\d{6,14}|\d{3,15})$/.test(number) ? number : undefined;
}
