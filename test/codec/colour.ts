import { type EnumTable, enumSubset, enumTable, lowerCaseEnumTable } from '../../src/codec/enum-table';

/** An enum as ts-proto generates it. */
export enum Colour {
  COLOUR_UNSPECIFIED = 0,
  COLOUR_RED = 1,
  COLOUR_GREEN = 2,
  COLOUR_SCARLET = 3,
  UNRECOGNIZED = -1,
}
export type Word = 'RED' | 'GREEN' | 'SCARLET';

/** What must not compile: `npm run types` fails where one of these does. */
export const refusedByTheCompiler = () => {
  // @ts-expect-error BLUE is not in the enum, so it could not be encoded.
  const oneTooMany: EnumTable<Word | 'BLUE', Colour> = enumTable(Colour, 'COLOUR_');
  // @ts-expect-error SCARLET could be decoded, and the union does not know it.
  const oneTooFew: EnumTable<'RED' | 'GREEN', Colour> = enumTable(Colour, 'COLOUR_');
  // @ts-expect-error GREEN is not in the subset.
  const beyondTheSubset: EnumTable<'RED' | 'GREEN', Colour> = enumSubset(Colour, 'COLOUR_', ['RED']);
  // @ts-expect-error BLUE is not in the enum.
  const noSubset = enumSubset(Colour, 'COLOUR_', ['BLUE']);
  // @ts-expect-error BLUE is not in the enum.
  const noDefault: EnumTable<Word, Colour> = enumTable(Colour, 'COLOUR_', { unspecified: 'BLUE' });
  // @ts-expect-error An old spelling is never decoded, so it is no word of the domain.
  const oldSpelling: EnumTable<Word, Colour> = enumTable(Colour, 'COLOUR_', { deprecated: { SCARLET: 'RED' } });
  // @ts-expect-error blue is not in the enum.
  const lowerCase: EnumTable<Lowercase<Word> | 'blue', Colour> = lowerCaseEnumTable(Colour, 'COLOUR_', 'red');
  // @ts-expect-error The union does not know "", which UNSPECIFIED would be.
  const noWord: EnumTable<Lowercase<Word>, Colour> = lowerCaseEnumTable(Colour, 'COLOUR_', '');
  return [oneTooMany, oneTooFew, beyondTheSubset, noSubset, noDefault, oldSpelling, lowerCase, noWord];
};
