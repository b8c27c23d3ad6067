// Mutation testing: changes the code in some thousand small ways (mutants) and runs the tests that cover each change; a mutant
// that no test notices has survived. `npm run mutation` runs all areas, `npm run mutation -- lifecycle redis` some. Fails when an
// area scores below its minimum. Results are kept in reports/mutation/, so that an aborted run resumes with the next area and a
// later run tests only what has changed; the .html beside them shows each survivor in its place.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { fail, root } from './run.mjs';

const reports = join('reports', 'mutation');

// Random cases make a score that depends on luck; those of the CEL specification test the library, and take as long as the rest.
const ignoredCoreTests = [
  'test/core/**/*properties*.test.ts',
  'test/core/**/*invariants*.test.ts',
  'test/core/**/conformance.test.ts',
];

/** Area -> what is mutated, the tests that run on it, and the minimum score in percent. */
const areas = {
  ...Object.fromEntries(
    readdirSync(join(root, 'src', 'core'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => [name, coreArea(`src/core/${name}/**/*.ts`)]),
  ),
  'decide-turn': coreArea('src/core/*.ts'),
  'grpc-errors': {
    mutate: 'src/server/grpc/errors/**/*.ts',
    spec: ['test/server/grpc/errors/**/*.test.ts'],
    minScore: 80,
  },
  'grpc-validation': {
    mutate: 'src/server/grpc/validation/**/*.ts',
    spec: ['test/server/grpc/validation/**/*.test.ts'],
    ignore: ['test/server/grpc/validation/**/*properties*.test.ts'],
    minScore: 80,
  },
  client: {
    mutate: 'clients/typescript/src/**/*.ts',
    spec: ['test/clients/typescript/**/*.test.ts'],
    ignore: ['test/clients/typescript/installed.test.ts'],
    minScore: 70,
  },
  redis: {
    mutate: 'src/server/stores/redis/**/*.ts',
    spec: ['test/server/stores/redis/**/*.test.ts'],
    // Clusters and Sentinels take seconds to start, for each mutant again.
    ignore: ['test/server/stores/redis/*{cluster,sentinel,failures}*.test.ts'],
    minScore: 70,
  },
};

function coreArea(mutate) {
  return { mutate, spec: ['test/core/**/*.test.ts'], ignore: ignoredCoreTests, minScore: 80 };
}

const requested = process.argv.slice(2);
const unknown = requested.filter((area) => !(area in areas));
if (unknown.length > 0) fail(`unknown area: ${unknown.join(', ')}; areas are ${Object.keys(areas).join(', ')}`);

process.chdir(root);
for (const area of requested.length > 0 ? requested : Object.keys(areas))
  await new Stryker(optionsOf(area)).runMutationTest();
const low = summarize();
if (low.length > 0) fail(`mutation score too low: ${low.join(', ')}`);

function optionsOf(area) {
  const { mutate, spec, ignore = [] } = areas[area];
  return {
    mutate: [mutate],
    // mocha and not jest: its runner loads the modules once, jest's once a mutant, which takes longer than the tests.
    testRunner: 'mocha',
    mochaOptions: {
      require: ['./test/support/typescript-hook.cjs', './test/support/jest-names.cjs'],
      spec,
      ignore,
    },
    coverageAnalysis: 'perTest',
    // Tables made when a module is loaded: each mutant of theirs takes a process of its own and all tests.
    ignoreStatic: true,
    concurrency: 2,
    // Long enough that a mutant on a busy machine is not taken for an endless loop.
    timeoutMS: 15_000,
    incremental: true,
    incrementalFile: reportOf(area),
    reporters: [process.stdout.isTTY ? 'progress' : 'progress-append-only', 'html'],
    htmlReporter: { fileName: reportOf(area).replace(/json$/, 'html') },
    // What the tests need is copied, the rest is not; Stryker would read tsconfig.json with a compiler API that TypeScript 7 lacks.
    ignorePatterns: ['/*.jsonc', '/build', '/dist*', '/coverage', '/deploy', '/tsconfig*.json'],
    tsconfigFile: 'none',
    allowEmpty: true,
  };
}

function reportOf(area) {
  return join(reports, `${area}.json`);
}

/** Prints score and counts of every area that has a report; returns the areas that score below their minimum. */
function summarize() {
  const row = (...cells) =>
    console.log(cells.map((cell, at) => (at === 0 ? cell.padEnd(16) : cell.padStart(10))).join(''));
  row('\narea', 'score', 'mutants', 'killed', 'timed out', 'survived', 'static');
  const counted = Object.keys(areas)
    .filter((area) => existsSync(reportOf(area)))
    .map((area) => ({ area, counts: countsOf(area) }));
  for (const { area, counts } of counted) row(area, ...cellsOf(counts));
  return counted
    .filter(({ area, counts }) => scoreOf(counts) < areas[area].minScore)
    .map(({ area, counts }) => `${area} ${scoreOf(counts).toFixed(1)} % (minimum ${areas[area].minScore} %)`);
}

function countsOf(area) {
  const { files } = JSON.parse(readFileSync(reportOf(area), 'utf8'));
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
