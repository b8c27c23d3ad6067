// Lists every numbered rule of docs/semantics.md with the tests that name the rule: the name of the test begins with the number.
// `npm run rules` prints the list, `npm run rules -- 2.11` one rule or section. With `--check` it only fails if a rule has no test.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fail, root } from './run.mjs';

const rules = readRules(readFileSync(join(root, 'docs', 'semantics.md'), 'utf8'));
const tests = listTestFiles(join(root, 'test')).flatMap(readTests);
const untested = rules.filter(({ number }) => findTests(number).length === 0).map(({ number }) => number);
const [argument] = process.argv.slice(2);

if (argument !== '--check') {
  const selected = rules.filter(({ number }) => argument === undefined || `${number}.`.startsWith(`${argument}.`));
  console.log(selected.map(formatRule).join('\n\n'));
}
if (untested.length > 0) fail(`docs/semantics.md: no test title has the number of rule ${untested.join(', ')}`);

/** Reads the rules in page order: `**2.8 ...` and `- **2.8** ...`, then the sections without numbered rules. */
function readRules(semantics) {
  const numbered = [...semantics.matchAll(/\*\*(\d+\.\d+)[ .]?([^*]*)\*\*([^\n]*)/g)].map(
    ([, number, title, rest]) => ({
      number,
      title: (title || rest)
        .trim()
        .replace(/^[:.-]\s*/, '')
        .replace(/\.$/, ''),
    }),
  );
  const sections = [
    { number: '6', title: 'Conditions: CEL' },
    { number: '8', title: 'Sessions of the older format' },
    { number: '10', title: 'Field definitions' },
  ];
  return [...numbered, ...sections].map(({ number, title }) => ({
    number,
    title: title.length > 90 ? `${title.slice(0, 87).trimEnd()}...` : title,
  }));
}

function listTestFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? listTestFiles(join(folder, entry.name)) : [join(folder, entry.name)]))
    .filter((file) => file.endsWith('.test.ts') || file.endsWith('.contract.ts'))
    .sort();
}

/** Reads the tests and groups of tests whose name begins with the number of a rule. */
function readTests(file) {
  const source = readFileSync(file, 'utf8');
  const calls = source.matchAll(
    /\b(?:it|test|describe)(?:\.each\([\s\S]*?\))?\(\s*(['"`])((\d+(?:\.\d+)?)\b[\s\S]*?)\1\s*,/g,
  );
  return [...calls].map(([, , name, number]) => ({
    number,
    name: name.replace(/\s+/g, ' '),
    file: relative(root, file),
  }));
}

function findTests(number) {
  return tests.filter((test) => test.number === number);
}

function formatRule({ number, title }) {
  return [`${number} ${title}`.trimEnd(), ...testsFor(number).map(({ name, file }) => `  ${file}: ${name}`)].join('\n');
}
