// Mutation testing: makes thousands of small changes (mutants) to the code and runs the tests that cover each change. A mutant survives if no
// test fails. `npm run mutation` runs all areas, `npm run mutation -- lifecycle redis` runs two. Fails if an area scores below its minimum.
// Results are stored in reports/mutation/ when an area is complete, so that a later run tests only what has changed. The .html files show the
// surviving mutants.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { fail, root } from './run.mjs';

const reports = join('reports', 'mutation');

// Random tests make the score random. The conformance tests of CEL test the library, and take as long as all other tests together. The
// largest turns are a third of the time of a survivor, and kill hardly any mutant that no other test kills.
const ignoredCoreTests = [
  'test/core/turn-work.test.ts',
  'test/core/**/*properties*.test.ts',
  'test/core/**/*invariants*.test.ts',
  'test/core/**/conformance.test.ts',
];

/** The mutated files, the tests and the minimum score in percent, by area. */
const areas = {
  ...Object.fromEntries(
    readdirSync(join(root, 'src', 'core'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => [name, createCoreArea(`src/core/${name}/**/*.ts`)]),
  ),
  'decide-turn': createCoreArea('src/core/*.ts'),
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
    // Clusters and Sentinels would be started for each mutant, which takes seconds. Two tests need a process of their own.
    ignore: [
      'test/server/stores/redis/redis-{cluster,cluster-failures,sentinel,failures}.test.ts',
      'test/server/stores/redis/{coalesce-writes,restore-string-prototype}.test.ts',
    ],
    minScore: 70,
  },
};

function createCoreArea(mutate) {
  return { mutate, spec: ['test/core/**/*.test.ts'], ignore: ignoredCoreTests, minScore: 90 };
}

const requested = process.argv.slice(2);
const unknown = requested.filter((area) => !(area in areas));
if (unknown.length > 0) fail(`Unknown area: ${unknown.join(', ')}. The areas are ${Object.keys(areas).join(', ')}.`);

process.chdir(root);
for (const area of requested.length > 0 ? requested : Object.keys(areas))
  await new Stryker(createOptions(area)).runMutationTest();
const lowScores = summarize();
if (lowScores.length > 0) fail(`mutation score too low: ${lowScores.join(', ')}`);

function createOptions(area) {
  const { mutate, spec, ignore = [] } = areas[area];
  return {
    mutate: [mutate],
    // The mocha runner loads the modules once. The Jest runner loads them for each mutant, which takes longer than the tests.
    testRunner: 'mocha',
    mochaOptions: {
      require: [
        './test/support/typescript-hook.cjs',
        './test/support/jest-names.cjs',
        './test/support/mutation-runs.cjs',
      ],
      spec,
      ignore,
    },
    coverageAnalysis: 'perTest',
    // A mutant in code that runs when a module is loaded would need its own process and all tests.
    ignoreStatic: true,
    concurrency: 2,
    // Long, so that a slow test on a busy machine is not mistaken for an endless loop. Most loops end sooner, at a limit of Stryker on the runs
    // of a mutant.
    timeoutMS: 30_000,
    timeoutFactor: 5,
    incremental: true,
    incrementalFile: getReportPath(area),
    reporters: [process.stdout.isTTY ? 'progress' : 'progress-append-only', 'html'],
    htmlReporter: { fileName: getReportPath(area).replace(/json$/, 'html') },
    // Files that the tests do not need. Stryker would read tsconfig.json with a compiler API that TypeScript 7 does not have.
    ignorePatterns: ['/*.jsonc', '/build', '/dist*', '/coverage', '/deploy', '/tsconfig*.json'],
    tsconfigFile: 'none',
    allowEmpty: true,
  };
}

function getReportPath(area) {
  return join(reports, `${area}.json`);
}

/** Prints the score and the counts of every area with a report. Returns the areas below their minimum. */
function summarize() {
  const printRow = (...cells) =>
    console.log(cells.map((cell, index) => (index === 0 ? cell.padEnd(16) : cell.padStart(10))).join(''));
  printRow('\narea', 'score', 'mutants', 'killed', 'timed out', 'survived', 'no tests', 'static');
  const summaries = Object.keys(areas)
    .filter((area) => existsSync(getReportPath(area)))
    .map((area) => ({ area, counts: readCounts(area) }));
  for (const { area, counts } of summaries) printRow(area, ...formatCells(counts));
  return summaries
    .filter(({ area, counts }) => getScore(counts) < areas[area].minScore)
    .map(({ area, counts }) => `${area} ${getScore(counts).toFixed(1)} % (minimum ${areas[area].minScore} %)`);
}

function readCounts(area) {
  const { files } = JSON.parse(readFileSync(getReportPath(area), 'utf8'));
  const mutants = Object.values(files).flatMap((file) => file.mutants);
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  return {
    killed: count('Killed'),
    // A timeout usually means an endless loop.
    timedOut: count('Timeout'),
    survived: count('Survived'),
    // No test reaches the mutant.
    notCovered: count('NoCoverage'),
    ignored: count('Ignored'),
  };
}

function getScore(counts) {
  return (100 * (counts.killed + counts.timedOut)) / Math.max(1, countMutants(counts));
}

function countMutants({ killed, timedOut, survived, notCovered }) {
  return killed + timedOut + survived + notCovered;
}

function formatCells(counts) {
  const { killed, timedOut, survived, notCovered, ignored } = counts;
  const cells = [countMutants(counts), killed, timedOut, survived, notCovered, ignored];
  return [`${getScore(counts).toFixed(1)} %`, ...cells.map(String)];
}
