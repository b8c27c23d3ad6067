import {
  durationFromProto,
  durationToProto,
  optionalTimeFromProto,
  optionalTimeToProto,
  timeFromProto,
  timeToProto,
} from '../../../src/server/codec/wire/time';

describe('a time', () => {
  it.each([1, 999, 1_795_000_000_123, 253_402_300_799_999])('of %d ms comes back to the millisecond', (time) => {
    expect(timeFromProto(timeToProto(time))).toBe(time);
  });

  it('that is not there yet is 0 here and absent in the contract', () => {
    expect(timeToProto(0)).toBeUndefined();
    expect(timeFromProto(undefined)).toBe(0);
  });

  it('that may be absent is told apart from 1970', () => {
    expect(optionalTimeFromProto(optionalTimeToProto(0))).toBe(0);
    expect(optionalTimeFromProto(optionalTimeToProto(undefined))).toBeUndefined();
  });
});

describe('a duration', () => {
  it.each([0, 1, 1_500, 86_400_000, 315_360_000_000])('of %d ms comes back to the millisecond', (duration) => {
    expect(durationFromProto(durationToProto(duration))).toBe(duration);
  });

  it('is split into seconds and nanoseconds', () => {
    expect(durationToProto(1_500)).toEqual({ seconds: 1, nanos: 500_000_000 });
  });

  it('is rounded where a caller gave fractions of a millisecond', () => {
    expect(durationFromProto({ seconds: 2, nanos: 1_600_000 })).toBe(2_002);
  });

  it('that was not given stays so', () => {
    expect(durationToProto(undefined)).toBeUndefined();
    expect(durationFromProto(undefined)).toBeUndefined();
  });
});
