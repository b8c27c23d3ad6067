import {
  durationFromProto,
  durationToProto,
  optionalTimeFromProto,
  optionalTimeToProto,
  timeFromProto,
  timeToProto,
} from '../../../../src/server/codec/wire/time';

describe('times', () => {
  it.each([1, 999, 1_795_000_000_123, 253_402_300_799_999])('convert %d ms to a message and back', (time) => {
    expect(timeFromProto(timeToProto(time))).toBe(time);
  });

  it('convert 0 to an unset timestamp and back', () => {
    expect(timeToProto(0)).toBeUndefined();
    expect(timeFromProto(undefined)).toBe(0);
  });

  it('distinguish an unset optional time from 1970', () => {
    expect(optionalTimeFromProto(optionalTimeToProto(0))).toBe(0);
    expect(optionalTimeFromProto(optionalTimeToProto(undefined))).toBeUndefined();
  });
});

describe('durations', () => {
  it.each([0, 1, 1_500, 86_400_000, 315_360_000_000])('convert %d ms to a message and back', (duration) => {
    expect(durationFromProto(durationToProto(duration))).toBe(duration);
  });

  it('are split into seconds and nanoseconds', () => {
    expect(durationToProto(1_500)).toEqual({ seconds: 1, nanos: 500_000_000 });
  });

  it('are rounded to milliseconds', () => {
    expect(durationFromProto({ seconds: 2, nanos: 1_600_000 })).toBe(2_002);
  });

  it('stay unset if they are unset', () => {
    expect(durationToProto(undefined)).toBeUndefined();
    expect(durationFromProto(undefined)).toBeUndefined();
  });
});
