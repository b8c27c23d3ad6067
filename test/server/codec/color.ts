import { type EnumTable, enumSubset, enumTable, lowerCaseEnumTable } from '../../../src/server/codec/wire/enum-table';

/** An enum as ts-proto generates it. */
export enum Color {
  COLOUR_UNSPECIFIED = 0,
  COLOUR_RED = 1,
  COLOUR_GREEN = 2,
  COLOUR_SCARLET = 3,
  UNRECOGNIZED = -1,
}
export type ColorName = 'RED' | 'GREEN' | 'SCARLET';

/** What must not compile: `npm run types` fails where one of these does. */
export const expectedCompileErrors = () => {
  // @ts-expect-error BLUE is not in the enum, so it could not be encoded.
  const oneTooMany: EnumTable<ColorName | 'BLUE', Color> = enumTable(Color, 'COLOUR_');
  // @ts-expect-error SCARLET could be decoded, and the union does not know it.
  const oneTooFew: EnumTable<'RED' | 'GREEN', Color> = enumTable(Color, 'COLOUR_');
  // @ts-expect-error GREEN is not in the subset.
  const beyondTheSubset: EnumTable<'RED' | 'GREEN', Color> = enumSubset(Color, 'COLOUR_', ['RED']);
  // @ts-expect-error BLUE is not in the enum.
  const noSubset = enumSubset(Color, 'COLOUR_', ['BLUE']);
  // @ts-expect-error BLUE is not in the enum.
  const noDefault: EnumTable<ColorName, Color> = enumTable(Color, 'COLOUR_', { unspecified: 'BLUE' });
  // @ts-expect-error An old spelling is never decoded, so it is no word of the domain.
  const oldSpelling: EnumTable<ColorName, Color> = enumTable(Color, 'COLOUR_', { deprecated: { SCARLET: 'RED' } });
  // @ts-expect-error blue is not in the enum.
  const lowerCase: EnumTable<Lowercase<ColorName> | 'blue', Color> = lowerCaseEnumTable(Color, 'COLOUR_', 'red');
  // @ts-expect-error The union does not know "", which UNSPECIFIED would be.
  const noWord: EnumTable<Lowercase<ColorName>, Color> = lowerCaseEnumTable(Color, 'COLOUR_', '');
  return [oneTooMany, oneTooFew, beyondTheSubset, noSubset, noDefault, oldSpelling, lowerCase, noWord];
};
