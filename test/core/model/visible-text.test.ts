import fc from 'fast-check';
import { hasInvisible, toVisibleJson, toVisibleLines, toVisibleText } from '../../../src/core/model/visible-text';

test.each([
  ['a line break', 'a\nb\r\n', 'a\\nb\\r\\n'],
  ['a tab', 'a\tb', 'a\\tb'],
  ['an escape sequence', '\u001b[31mred\u001b[0m', '\\u{1b}[31mred\\u{1b}[0m'],
  ['the 8-bit form of an escape sequence', '\u009b31m', '\\u{9b}31m'],
  ['a bell, a backspace and a delete', '\u0007\b\u007f', '\\u{7}\\u{8}\\u{7f}'],
  ['marks that change the direction', '\u202eabc\u2069\u061c', '\\u{202e}abc\\u{2069}\\u{61c}'],
  ['characters without width', 'a\u200bb\u200d\ufeff\u2060\u00ad', 'a\\u{200b}b\\u{200d}\\u{feff}\\u{2060}\\u{ad}'],
  ['separators of lines and paragraphs', '\u2028\u2029', '\\u{2028}\\u{2029}'],
  ['tags', '\u{e0041}', '\\u{e0041}'],
  ['fillers that look like spaces', '\u3164\u115f', '\\u{3164}\\u{115f}'],
  ['an unpaired surrogate', 'a\ud800b', 'a\\u{d800}b'],
  ['a noncharacter', '\ufffe\u{fdd0}', '\\u{fffe}\\u{fdd0}'],
])('%s is shown as an escape', (_what, text, visible) => {
  expect(toVisibleText(text)).toBe(visible);
  expect(hasInvisible(text)).toBe(true);
});

test.each(['', 'Grüße, 世界', 'مرحبا', 'e\u0301', '❤\ufe0f 👍', 'a\\nb', '\u00a0'])(
  '"%s" is shown as it is',
  (text) => {
    expect(toVisibleText(text)).toBe(text);
    expect(hasInvisible(text)).toBe(false);
  },
);

test('a text of several lines keeps line breaks and tabs, and shows other invisible characters', () => {
  expect(toVisibleLines('a\n\tb\r\u0007\n')).toBe('a\n\tb\\u{d}\\u{7}\n');
});

const anyText = fc.string({ unit: 'binary' });

test('a visible text has no invisible character, and stays the same if it is converted again', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(hasInvisible(toVisibleText(text))).toBe(false);
      expect(toVisibleText(toVisibleText(text))).toBe(toVisibleText(text));
      expect(hasInvisible(toVisibleLines(text).replaceAll(/[\n\t]/g, ''))).toBe(false);
    }),
  );
});

test('visible JSON has the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const json = toVisibleJson(JSON.stringify(value, null, 2));
      expect(hasInvisible(json.replaceAll('\n', ''))).toBe(false);
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
