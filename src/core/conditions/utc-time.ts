import { type CelFunc, CelScalar, celMethod, objectType } from '@bufbuild/cel';
import { charge } from './budget';

const timestamp = objectType('google.protobuf.Timestamp');
const msPerMinute = 60_000;
const msPerDay = 86_400_000;

/** Accessors of a timestamp, each read from the UTC fields of a date. */
const accessors: readonly (readonly [name: string, read: (date: Date) => number])[] = [
  ['getFullYear', (date) => date.getUTCFullYear()],
  ['getMonth', (date) => date.getUTCMonth()],
  ['getDate', (date) => date.getUTCDate()],
  ['getDayOfMonth', (date) => date.getUTCDate() - 1],
  ['getDayOfWeek', (date) => date.getUTCDay()],
  ['getDayOfYear', (date) => Math.floor((date.getTime() - getStartOfYear(date)) / msPerDay)],
  ['getHours', (date) => date.getUTCHours()],
  ['getMinutes', (date) => date.getUTCMinutes()],
  ['getSeconds', (date) => date.getUTCSeconds()],
  ['getMilliseconds', (date) => date.getUTCMilliseconds()],
];

/**
 * `getHours()` and the other accessors, with or without a time zone. The library's accessors use the time zone of the process and are wrong
 * around its changes to daylight saving time. All nodes must return the same result.
 */
export const utcTimeFunctions: readonly CelFunc[] = accessors.flatMap(([name, read]) => [
  celMethod(name, timestamp, [], CelScalar.INT, function () {
    return BigInt(read(toDate(this.message)));
  }),
  celMethod(name, timestamp, [CelScalar.STRING], CelScalar.INT, function (zone) {
    return BigInt(read(shiftToZone(toDate(this.message), zone)));
  }),
]);

/** Converts a google.protobuf.Timestamp, which the library passes as an untyped object. */
function toDate(message: object): Date {
  const seconds = 'seconds' in message && typeof message.seconds === 'bigint' ? message.seconds : 0n;
  const nanos = 'nanos' in message && typeof message.nanos === 'number' ? message.nanos : 0;
  return new Date(Number(seconds) * 1_000 + Math.floor(nanos / 1_000_000));
}

function getStartOfYear(date: Date): number {
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear());
  return start.getTime();
}

/** Returns a date whose UTC fields are the local time of the zone: `+01:00`, `-08:00`, `01:00` or an IANA name. Throws for other text. */
function shiftToZone(date: Date, zone: string): Date {
  const offset = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (offset === null) return shiftToNamedZone(date, zone);
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  return new Date(date.getTime() + (offset[1] === '-' ? -minutes : minutes) * msPerMinute);
}

/** Cost of creating a date format, in units. Every call creates one. */
const dateFormatCost = 200;

function shiftToNamedZone(date: Date, zone: string): Date {
  const error = charge(dateFormatCost);
  if (error !== undefined) throw error;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const byType = new Map(format.formatToParts(date).map(({ type, value }) => [type, value]));
  const getPart = (type: Intl.DateTimeFormatPartTypes): number => Number(byType.get(type));
  const local = new Date(0);
  local.setUTCFullYear(getPart('year'), getPart('month') - 1, getPart('day'));
  local.setUTCHours(getPart('hour'), getPart('minute'), getPart('second'), date.getUTCMilliseconds());
  return local;
}
