import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { formatRow, type Style, styled, toTerminalText } from '../../../src/cli/output/terminal';
import { formatYamlFile } from '../../../src/cli/output/yaml';
import { hasInvisible } from '../../../src/core/model/visible-text';

const cli = join(__dirname, '..', '..', '..', 'src', 'cli');
const color = { width: 80, hasColor: true };
const escapeCharacter = String.fromCharCode(27);
const anyText = fc.string({ unit: 'binary' });
const anyStyle = fc.constantFrom<Style>('plain', 'strong', 'faint', 'green', 'yellow', 'red', 'blue', 'magenta');

test('only output/terminal.ts writes to the terminal, so that a new command cannot forget to escape', () => {
  const files = readdirSync(cli, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const writers = files.filter((file) =>
    /process\.std(out|err)\b|\bconsole\.|['"]\/dev\/(stdout|stderr|tty)/.test(readFileSync(join(cli, file), 'utf8')),
  );
  expect(writers).toEqual([join('output', 'terminal.ts')]);
});

test('a line has the escape sequences of its styles and no other invisible character', () => {
  fc.assert(
    fc.property(anyText, anyText, anyStyle, (plain, text, style) => {
      const line = toTerminalText(`${plain}${styled(color, style, text)}`);
      const [start, end] =
        style === 'plain' || text === '' ? ['', ''] : [new RegExp(`${escapeCharacter}\\[\\d\\d?m`), '\u001b[0m'];
      expect(hasInvisible(line.replace(start, '').replace(end, ''))).toBe(false);
    }),
  );
});

test('a text cannot contain a style', () => {
  const forged = '\u001b[31m\u{fdd0}31;red';
  expect(toTerminalText(styled(color, 'strong', forged))).toBe('\u001b[1m\\u{1b}[31m\\u{fdd0}31;red\u001b[0m');
  expect(toTerminalText(forged)).toBe('\\u{1b}[31m\\u{fdd0}31;red');
});

test('a row is one line for each line that it was wrapped to', () => {
  const [line, ...others] = formatRow(color, [{ text: 'a\nb', width: 4, style: 'faint' }], 'c\nd');
  expect(others).toEqual([]);
  expect(toTerminalText(line ?? '')).toBe('\u001b[2ma\\nb \u001b[0mc\\nd');
});

test('a YAML file has no invisible character and the same value', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary', minLength: 1 }), anyText), (value) => {
      const yaml = formatYamlFile('schema.json', value);
      expect(hasInvisible(yaml.replaceAll('\n', ''))).toBe(false);
      expect(parse(yaml)).toEqual(value);
    }),
  );
});
