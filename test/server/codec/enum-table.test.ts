import { type EnumTable, enumSubset, enumTable, lowerCaseEnumTable } from '../../../src/server/codec/wire/enum-table';
import { Color, type ColorName } from './color';

describe('a table of a whole enum', () => {
  const table: EnumTable<ColorName, Color> = enumTable(Color, 'COLOUR_');

  it('turns every word into its number and back', () => {
    expect(table.toProto).toEqual({ RED: 1, GREEN: 2, SCARLET: 3 });
    expect([1, 2, 3].map((value) => table.fromProto(value))).toEqual(['RED', 'GREEN', 'SCARLET']);
  });

  it.each([0, -1, 4, 1.5, Number.NaN])('refuses %p, naming the enum and what it may be', (value) => {
    expect(() => table.fromProto(value)).toThrow(`COLOUR must be one of RED, GREEN, SCARLET here, but it is ${value}.`);
    expect(() => table.fromProto(value)).toThrow(expect.objectContaining({ reason: 'INVALID_REQUEST' }));
  });

  it('reads UNSPECIFIED as undefined, and back, where the word is optional', () => {
    expect(table.optionalFromProto(0)).toBeUndefined();
    expect(table.optionalFromProto(2)).toBe('GREEN');
    expect(() => table.optionalFromProto(4)).toThrow('COLOUR');
    expect(table.optionalToProto(undefined)).toBe(0);
    expect(table.optionalToProto('GREEN')).toBe(2);
  });

  it('reads UNSPECIFIED as the default, where there is one', () => {
    const withDefault: EnumTable<ColorName, Color> = enumTable(Color, 'COLOUR_', { unspecified: 'GREEN' });
    expect(withDefault.fromProto(0)).toBe('GREEN');
    expect(withDefault.toProto.GREEN).toBe(2);
  });

  it('reads an old spelling as the new one, and never writes it', () => {
    const spelling = { deprecated: { SCARLET: 'RED' } } as const;
    const modern: EnumTable<'RED' | 'GREEN', Color> = enumTable(Color, 'COLOUR_', spelling);
    expect(modern.fromProto(3)).toBe('RED');
    expect(modern.toProto).toEqual({ RED: 1, GREEN: 2 });
  });
});

describe('a table of a part of an enum', () => {
  it('refuses the values of the other part', () => {
    const table: EnumTable<'RED' | 'SCARLET', Color> = enumSubset(Color, 'COLOUR_', ['RED', 'SCARLET'], 'RED');
    expect(table.toProto).toEqual({ RED: 1, SCARLET: 3 });
    expect(table.fromProto(0)).toBe('RED');
    expect(() => table.fromProto(2)).toThrow('must be one of RED, SCARLET here, but it is 2');
  });
});

describe('a table in lower case', () => {
  it('has a word of its own for UNSPECIFIED', () => {
    const table: EnumTable<Lowercase<ColorName> | '', Color> = lowerCaseEnumTable(Color, 'COLOUR_', '');
    expect(table.toProto).toEqual({ '': 0, red: 1, green: 2, scarlet: 3 });
    expect(table.fromProto(0)).toBe('');
  });

  it('or takes one of the enum, which keeps its own number', () => {
    const table: EnumTable<Lowercase<ColorName>, Color> = lowerCaseEnumTable(Color, 'COLOUR_', 'green');
    expect(table.toProto).toEqual({ red: 1, green: 2, scarlet: 3 });
    expect(table.fromProto(0)).toBe('green');
  });
});
