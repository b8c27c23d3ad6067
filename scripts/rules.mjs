// Writes docs/rules.md: every numbered rule of docs/semantics.md with the tests that name it. With --check nothing is written: it
// fails when the page is stale or a rule has no test. A test names a rule by beginning its name with the number.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fail, root } from './run.mjs';

const page = join(root, 'docs', 'rules.md');
const rules = rulesOf(readFileSync(join(root, 'docs', 'semantics.md'), 'utf8'));
const tests = testFiles(join(root, 'test')).flatMap(testsOf);
const text = pageOf();
const untested = rules.filter(({ number }) => testsFor(number).length === 0).map(({ number }) => number);

if (process.argv.includes('--check')) {
  if (untested.length > 0) fail(`docs/semantics.md: no test names rule ${untested.join(', ')}`);
  if (current() !== text) fail('docs/rules.md is stale: run `npm run generate` and commit it');
} else {
  writeFileSync(page, text);
  if (untested.length > 0) console.error(`no test names rule ${untested.join(', ')}`);
}

/** Rules in their order: `**2.8 ...` and `- **2.8** ...`, and the sections that have no numbers of their own. */
function rulesOf(semantics) {
  const numbered = [...semantics.matchAll(/\*\*(\d\.\d+)[ .]?([^*]*)\*\*([^\n]*)/g)].map(([, number, title, rest]) => ({
    number,
    title: (title || rest)
      .trim()
      .replace(/^[:.-]\s*/, '')
      .replace(/\.$/, ''),
  }));
  const sections = [
    { number: '6', title: 'Conditions: CEL' },
    { number: '8', title: 'Sessions of the older format' },
  ];
  return [...numbered, ...sections].map(({ number, title }) => ({
    number,
    title: title.length > 90 ? `${title.slice(0, 87).trimEnd()}...` : title,
  }));
}

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? testFiles(join(folder, entry.name)) : [join(folder, entry.name)]))
    .filter((file) => file.endsWith('.test.ts') || file.endsWith('.contract.ts'))
    .sort();
}

/** Names of tests, and of groups of tests, that begin with a number of a rule. */
function testsOf(file) {
  const source = readFileSync(file, 'utf8');
  const calls = source.matchAll(
    /\b(?:it|test|describe)(?:\.each\([\s\S]*?\))?\(\s*(['"`])((\d(?:\.\d+)?)\b[\s\S]*?)\1\s*,/g,
  );
  return [...calls].map(([, , name, number]) => ({
    number,
    name: name.replace(/\s+/g, ' '),
    file: relative(root, file),
  }));
}

function testsFor(number) {
  return tests.filter((test) => test.number === number);
}

function pageOf() {
  const lines = [
    '# Rules and their tests',
    '',
    'Made by `npm run generate` from the names of the tests; not to be edited.',
    '',
  ];
  for (const { number, title } of rules) {
    lines.push(`## ${number} ${title}`.trimEnd(), '');
    lines.push(...testsFor(number).map(({ name, file }) => `- ${name} (\`${file}\`)`), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function current() {
  try {
    return readFileSync(page, 'utf8');
  } catch {
    return '';
  }
}
