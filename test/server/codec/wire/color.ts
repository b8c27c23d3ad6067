import {
  createEnumSubset,
  createEnumTable,
  createLowerCaseEnumTable,
  type EnumTable,
} from '../../../../src/server/codec/wire/enum-table';

/** An enum as ts-proto generates it. */
export enum Color {
  COLOR_UNSPECIFIED = 0,
  COLOR_RED = 1,
  COLOR_GREEN = 2,
  COLOR_SCARLET = 3,
  UNRECOGNIZED = -1,
}
export type ColorName = 'RED' | 'GREEN' | 'SCARLET';

/** Declarations that must not compile. The type check fails if one of them compiles. */
export const expectedCompileErrors = () => {
  // @ts-expect-error BLUE is not in the enum, so it cannot be encoded.
  const extraName: EnumTable<ColorName | 'BLUE', Color> = createEnumTable(Color, 'COLOR_');
  // @ts-expect-error SCARLET can be decoded, but is not in the union.
  const missingName: EnumTable<'RED' | 'GREEN', Color> = createEnumTable(Color, 'COLOR_');
  // @ts-expect-error GREEN is not in the subset.
  const outsideSubset: EnumTable<'RED' | 'GREEN', Color> = createEnumSubset(Color, 'COLOR_', ['RED']);
  // @ts-expect-error BLUE is not in the enum.
  const unknownName = createEnumSubset(Color, 'COLOR_', ['BLUE']);
  // @ts-expect-error BLUE is not in the enum.
  const unknownDefault: EnumTable<ColorName, Color> = createEnumTable(Color, 'COLOR_', { unspecified: 'BLUE' });
  // @ts-expect-error A deprecated name is never decoded, so it is not part of the union.
  const deprecatedName: EnumTable<ColorName, Color> = createEnumTable(Color, 'COLOR_', {
    deprecated: { SCARLET: 'RED' },
  });
  // @ts-expect-error blue is not in the enum.
  const lowerCase: EnumTable<Lowercase<ColorName> | 'blue', Color> = createLowerCaseEnumTable(Color, 'COLOR_', 'red');
  // @ts-expect-error UNSPECIFIED is decoded to "", which is not in the union.
  const missingUnspecified: EnumTable<Lowercase<ColorName>, Color> = createLowerCaseEnumTable(Color, 'COLOR_', '');
  return [
    extraName,
    missingName,
    outsideSubset,
    unknownName,
    unknownDefault,
    deprecatedName,
    lowerCase,
    missingUnspecified,
  ];
};
