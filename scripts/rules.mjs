// Lists every numbered rule and section of docs/semantics/ with the examples of the page and the tests that name the rule: the name of an
// example or test begins with the number. `npm run rules` prints the list, `npm run rules -- 2.11` one rule or section. With `--check` it only
// fails if a rule has no test.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fail, root } from './run.mjs';

const pages = listFiles(join(root, 'docs', 'semantics')).filter((file) => file.endsWith('.md'));
const rules = pages.flatMap(readRules).sort(compareNumbers);
const examples = pages.flatMap(readExamples);
const tests = listFiles(join(root, 'test'))
  .filter((file) => file.endsWith('.test.ts') || file.endsWith('.contract.ts'))
  .flatMap(readTests);
const untested = rules.filter(({ number }) => findByNumber(tests, number).length === 0).map(({ number }) => number);
const [argument] = process.argv.slice(2);

if (argument !== '--check') {
  const selected = rules.filter(({ number }) => argument === undefined || `${number}.`.startsWith(`${argument}.`));
  if (selected.length === 0) fail(`docs/semantics has no rule ${argument}`);
  console.log(selected.map(formatRule).join('\n\n'));
}
if (untested.length > 0) fail(`docs/semantics: no test title has the number of rule ${untested.join(', ')}`);

/** Reads the headings of rules, `### 2.11 Paused instances`, and of sections without numbered rules, `## 11. Calls`. */
function readRules(file) {
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#{2,3} (\d+(?:\.\d+)?)\.? (.+)$/gm)].map(
    ([, number, title]) => ({ number, title }),
  );
  return headings.filter(({ number }) => !headings.some((other) => other.number.startsWith(`${number}.`)));
}

/** Reads the conversations of a page: blocks whose `name` begins with the number of a rule. */
function readExamples(file) {
  return [...readFileSync(file, 'utf8').matchAll(/^name: "((\d+(?:\.\d+)?): .+)"$/gm)].map(([, name, number]) => ({
    number,
    name,
    file: relative(root, file),
  }));
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

function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? listFiles(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

function compareNumbers(a, b) {
  const [section, rule = 0] = a.number.split('.').map(Number);
  const [otherSection, otherRule = 0] = b.number.split('.').map(Number);
  return section - otherSection || rule - otherRule;
}

function findByNumber(entries, number) {
  return entries.filter((entry) => entry.number === number);
}

function formatRule({ number, title }) {
  const entries = [...findByNumber(examples, number), ...findByNumber(tests, number)];
  return [`${number} ${title}`, ...entries.map(({ name, file }) => `  ${file}: ${name}`)].join('\n');
}
