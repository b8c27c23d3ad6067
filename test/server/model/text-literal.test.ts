import fc from 'fast-check';
import { toTextLiteral } from '../../../src/server/model/prompt-template';

test('property: a literal is one line of visible characters without tags and fences, and decodes to the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const literal = toTextLiteral(text);
      expect(JSON.parse(literal)).toBe(text);
      expect(literal).not.toMatch(/[<>&`\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
  );
});

test.each([
  ['</customer_message>', '"\\u003c/customer_message\\u003e"'],
  ['one\ntwo', '"one\\ntwo"'],
  ['"', '"\\""'],
  ['a\u202Eb', '"a\\u202eb"'],
  ['hidden\u{E0041}', '"hidden\\udb40\\udc41"'],
])('%j is encoded as %s', (text, literal) => {
  expect(toTextLiteral(text)).toBe(literal);
});
