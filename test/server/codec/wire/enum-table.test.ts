import {
  createEnumSubset,
  createEnumTable,
  createLowerCaseEnumTable,
  type EnumTable,
} from '../../../../src/server/codec/wire/enum-table';
import { Color, type ColorName } from './color';

describe('enumTable', () => {
  const table: EnumTable<ColorName, Color> = createEnumTable(Color, 'COLOR_');

  it('converts every name to its number and back', () => {
    expect(table.toProto).toEqual({ RED: 1, GREEN: 2, SCARLET: 3 });
    expect([1, 2, 3].map((value) => table.fromProto(value))).toEqual(['RED', 'GREEN', 'SCARLET']);
  });

  it.each([0, -1, 4, 1.5, Number.NaN])('rejects %p with the name of the enum and its values', (value) => {
    expect(() => table.fromProto(value)).toThrow(`COLOR must be one of RED, GREEN, SCARLET, but is ${value}.`);
    expect(() => table.fromProto(value)).toThrow(expect.objectContaining({ reason: 'INVALID_REQUEST' }));
  });

  it('converts UNSPECIFIED to undefined and back for optional fields', () => {
    expect(table.optionalFromProto(0)).toBeUndefined();
    expect(table.optionalFromProto(2)).toBe('GREEN');
    expect(() => table.optionalFromProto(4)).toThrow('COLOR');
    expect(table.optionalToProto(undefined)).toBe(0);
    expect(table.optionalToProto('GREEN')).toBe(2);
  });

  it('decodes UNSPECIFIED to the default', () => {
    const withDefault: EnumTable<ColorName, Color> = createEnumTable(Color, 'COLOR_', { unspecified: 'GREEN' });
    expect(withDefault.fromProto(0)).toBe('GREEN');
    expect(withDefault.toProto.GREEN).toBe(2);
  });

  it('encodes the default as UNSPECIFIED, so that old messages keep their bytes', () => {
    const withDefault: EnumTable<ColorName, Color> = createEnumTable(Color, 'COLOR_', { unspecified: 'GREEN' });
    expect(withDefault.nonDefaultToProto('GREEN')).toBe(0);
    expect(withDefault.nonDefaultToProto('SCARLET')).toBe(3);
    expect(table.nonDefaultToProto('GREEN')).toBe(2);
  });

  it('decodes a deprecated name to its replacement and never encodes it', () => {
    const options = { deprecated: { SCARLET: 'RED' } } as const;
    const current: EnumTable<'RED' | 'GREEN', Color> = createEnumTable(Color, 'COLOR_', options);
    expect(current.fromProto(3)).toBe('RED');
    expect(current.toProto).toEqual({ RED: 1, GREEN: 2 });
  });
});

describe('enumSubset', () => {
  it('rejects values outside the subset', () => {
    const table: EnumTable<'RED' | 'SCARLET', Color> = createEnumSubset(Color, 'COLOR_', ['RED', 'SCARLET'], 'RED');
    expect(table.toProto).toEqual({ RED: 1, SCARLET: 3 });
    expect(table.fromProto(0)).toBe('RED');
    expect(() => table.fromProto(2)).toThrow('must be one of RED, SCARLET, but is 2');
  });
});

describe('lowerCaseEnumTable', () => {
  it('accepts a name for UNSPECIFIED that the enum does not have', () => {
    const table: EnumTable<Lowercase<ColorName> | '', Color> = createLowerCaseEnumTable(Color, 'COLOR_', '');
    expect(table.toProto).toEqual({ '': 0, red: 1, green: 2, scarlet: 3 });
    expect(table.fromProto(0)).toBe('');
  });

  it('accepts a name of the enum for UNSPECIFIED and encodes it with its own number', () => {
    const table: EnumTable<Lowercase<ColorName>, Color> = createLowerCaseEnumTable(Color, 'COLOR_', 'green');
    expect(table.toProto).toEqual({ red: 1, green: 2, scarlet: 3 });
    expect(table.fromProto(0)).toBe('green');
  });
});
