import { type CelFunc, CelScalar, celMethod, objectType } from '@bufbuild/cel';
import { charge } from './budget';

const timestamp = objectType('google.protobuf.Timestamp');
const msPerMinute = 60_000;
const msPerDay = 86_400_000;

/** The parts of a point in time, read from a date whose UTC parts are the ones asked for. */
const parts: readonly (readonly [name: string, part: (date: Date) => number])[] = [
  ['getFullYear', (date) => date.getUTCFullYear()],
  ['getMonth', (date) => date.getUTCMonth()],
  ['getDate', (date) => date.getUTCDate()],
  ['getDayOfMonth', (date) => date.getUTCDate() - 1],
  ['getDayOfWeek', (date) => date.getUTCDay()],
  ['getDayOfYear', (date) => Math.floor((date.getTime() - startOfYear(date)) / msPerDay)],
  ['getHours', (date) => date.getUTCHours()],
  ['getMinutes', (date) => date.getUTCMinutes()],
  ['getSeconds', (date) => date.getUTCSeconds()],
  ['getMilliseconds', (date) => date.getUTCMilliseconds()],
];

/**
 * `getHours()` and its kin, with or without a time zone. The library's go through the time zone of the process and err where that
 * one changes to summer time; two nodes must answer the same.
 */
export const utcTimeFunctions: readonly CelFunc[] = parts.flatMap(([name, part]) => [
  celMethod(name, timestamp, [], CelScalar.INT, function () {
    return BigInt(part(dateOf(this.message)));
  }),
  celMethod(name, timestamp, [CelScalar.STRING], CelScalar.INT, function (zone) {
    return BigInt(part(inZone(dateOf(this.message), zone)));
  }),
]);

/** A google.protobuf.Timestamp, which the library hands over without saying so. */
function dateOf(message: object): Date {
  const seconds = 'seconds' in message && typeof message.seconds === 'bigint' ? message.seconds : 0n;
  const nanos = 'nanos' in message && typeof message.nanos === 'number' ? message.nanos : 0;
  return new Date(Number(seconds) * 1_000 + Math.floor(nanos / 1_000_000));
}

function startOfYear(date: Date): number {
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear());
  return start.getTime();
}

/** The date whose UTC parts are those of the zone: `+01:00`, `-08:00`, `01:00` or an IANA name. Throws for any other. */
function inZone(date: Date, zone: string): Date {
  const offset = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (offset === null) return inNamedZone(date, zone);
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  return new Date(date.getTime() + (offset[1] === '-' ? -minutes : minutes) * msPerMinute);
}

/** Making a format, which is done every time, takes as long as this many units of work. */
const workOfFormat = 200;

function inNamedZone(date: Date, zone: string): Date {
  const error = charge(workOfFormat);
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
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(byType.get(type));
  const local = new Date(0);
  local.setUTCFullYear(part('year'), part('month') - 1, part('day'));
  local.setUTCHours(part('hour'), part('minute'), part('second'), date.getUTCMilliseconds());
  return local;
}
