// Runs everything that CI runs: the checks, the build and all tests. A failed step does not stop the others. The last line has the number
// of passed and failed tests of the Jest report. Arguments are passed to Jest. Without arguments, it also measures the coverage, and
// fails if the coverage is below the thresholds of jest.config.js.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryRun } from './run.mjs';

const folder = mkdtempSync(join(tmpdir(), 'test-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const report = join(folder, 'jest.json');
const jestArguments = process.argv.slice(2);

const npm = (script) => () => tryRun('npm', ['run', '--silent', script]);
const steps = {
  programs: () => tryRun('node', ['scripts/ensure-programs.mjs']),
  lint: npm('lint'),
  types: npm('types'),
  imports: npm('imports'),
  contract: npm('contract'),
  generated: npm('generated'),
  build: npm('build'),
  jest: () =>
    tryRun(
      'jest',
      ['--json', `--outputFile=${report}`, ...(jestArguments.length > 0 ? jestArguments : ['--coverage'])],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    ),
};

const failedSteps = [];
for (const [name, step] of Object.entries(steps)) {
  console.log(`\n== ${name}`);
  const start = Date.now();
  const isOk = step();
  if (!isOk) failedSteps.push(name);
  console.log(`== ${name}: ${isOk ? 'ok' : 'FAILED'} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
}

const { passed, failedTests } = countTests();
if (passed + failedTests === 0) failedSteps.push('no test ran');
if (failedSteps.length > 0) console.log(`\nfailed: ${failedSteps.join(', ')}`);
process.exitCode = failedSteps.length > 0 ? 1 : 0;
console.log(`\n${passed} passed, ${failedTests} failed`);

/** Counts the tests. A test file that does not run counts as one failed test. */
function countTests() {
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failedTests: numFailedTests + numRuntimeErrorTestSuites };
  } catch {
    return { passed: 0, failedTests: 0 };
  }
}
