// Mutation testing of the rules: changes src/domain in some thousand small ways (mutants) and runs the tests of test/domain on each;
// a mutant that no test notices has survived. `npm run mutation` runs all folders, `npm run mutation -- lifecycle context` some.
// Fails when fewer than 80 % of the mutants are killed. What a folder came to is kept in reports/mutation/, so that an aborted run
// goes on with the next folder and a later one looks at what has changed only; the .html beside it shows each survivor in its place.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { fail, root } from './run.mjs';

const leastScore = 80;
const reports = join('reports', 'mutation');
/** The folders of src/domain, and `.` for its own files. */
const folders = [
  ...readdirSync(join(root, 'src', 'domain'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name),
  '.',
];

const asked = process.argv.slice(2);
const unknown = asked.filter((folder) => !folders.includes(folder));
if (unknown.length > 0) fail(`no folder of src/domain: ${unknown.join(', ')}; there are ${folders.join(', ')}`);

process.chdir(root);
for (const folder of asked.length > 0 ? asked : folders) await new Stryker(optionsOf(folder)).runMutationTest();
const score = summarized();
if (score < leastScore) fail(`mutation score ${score.toFixed(1)} %: at least ${leastScore} % is wanted`);

function optionsOf(folder) {
  return {
    mutate: [folder === '.' ? 'src/domain/*.ts' : `src/domain/${folder}/**/*.ts`],
    // mocha and not jest: its runner loads the modules once, jest's once a mutant, which takes longer than the tests.
    testRunner: 'mocha',
    mochaOptions: {
      require: ['./test/support/typescript-hook.cjs', './test/support/jest-names.cjs'],
      spec: ['test/domain/**/*.test.ts'],
      // Random cases make a score that depends on luck; those of the CEL specification test the library, and take as long as the rest.
      ignore: [
        'test/domain/**/properties.test.ts',
        'test/domain/lifecycle-invariants.test.ts',
        'test/domain/conditions/conformance.test.ts',
      ],
    },
    coverageAnalysis: 'perTest',
    // Tables made when a module is loaded: each mutant of theirs takes a process of its own and all tests.
    ignoreStatic: true,
    concurrency: 2,
    // Long enough that a mutant on a busy machine is not taken for one that never ends.
    timeoutMS: 15_000,
    incremental: true,
    incrementalFile: reportOf(folder),
    reporters: [process.stdout.isTTY ? 'progress' : 'progress-append-only', 'html'],
    htmlReporter: { fileName: reportOf(folder).replace(/json$/, 'html') },
    // What the tests need is copied, the rest is not; Stryker would read tsconfig.json with a compiler API that TypeScript 7 lacks.
    ignorePatterns: ['/*.jsonc', '/dist*', '/coverage', '/deploy', '/examples', '/tsconfig*.json'],
    tsconfigFile: 'none',
    allowEmpty: true,
  };
}

function reportOf(folder) {
  return join(reports, `${folder === '.' ? 'domain' : folder}.json`);
}

/** Prints score and counts by folder and in total; the total score in percent. */
function summarized() {
  const row = (...cells) =>
    console.log(cells.map((cell, at) => (at === 0 ? cell.padEnd(16) : cell.padStart(10))).join(''));
  const total = { killed: 0, timedOut: 0, survived: 0, ignored: 0 };
  row('\nsrc/domain', 'score', 'mutants', 'killed', 'timed out', 'survived', 'static');
  for (const folder of folders.filter((each) => existsSync(reportOf(each)))) {
    const counts = countsOf(folder);
    for (const key of Object.keys(total)) total[key] += counts[key];
    row(folder, ...cellsOf(counts));
  }
  row('total', ...cellsOf(total));
  return scoreOf(total);
}

function countsOf(folder) {
  const { files } = JSON.parse(readFileSync(reportOf(folder), 'utf8'));
  const mutants = Object.values(files).flatMap((file) => file.mutants);
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  return {
    killed: count('Killed'),
    // An endless loop, mostly; on a busy machine also a test that was slow.
    timedOut: count('Timeout'),
    survived: count('Survived', 'NoCoverage'),
    ignored: count('Ignored'),
  };
}

function scoreOf({ killed, timedOut, survived }) {
  return (100 * (killed + timedOut)) / Math.max(1, killed + timedOut + survived);
}

function cellsOf(counts) {
  const { killed, timedOut, survived, ignored } = counts;
  const mutants = killed + timedOut + survived;
  return [`${scoreOf(counts).toFixed(1)} %`, ...[mutants, killed, timedOut, survived, ignored].map(String)];
}
