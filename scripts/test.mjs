// What CI runs: every check, the build, and all tests. All steps run even when one fails, so that one run tells everything.
// The last line is 'N passed, N failed', counted from jest's own report. Arguments go to jest; without any the coverage is measured
// too, and jest fails where it is below the thresholds of jest.config.js.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ran } from './run.mjs';

const folder = mkdtempSync(join(tmpdir(), 'test-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const report = join(folder, 'jest.json');
const given = process.argv.slice(2);

const npm = (script) => () => ran('npm', ['run', '--silent', script]);
const steps = {
  programs: () => ran('node', ['scripts/ensure-programs.mjs']),
  lint: npm('lint'),
  types: npm('types'),
  imports: npm('imports'),
  contract: npm('contract'),
  generated: npm('generated'),
  build: npm('build'),
  jest: () =>
    ran('jest', ['--json', `--outputFile=${report}`, ...(given.length > 0 ? given : ['--coverage'])], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
};

const failed = [];
for (const [name, step] of Object.entries(steps)) {
  console.log(`\n== ${name}`);
  const start = Date.now();
  const ok = step();
  if (!ok) failed.push(name);
  console.log(`== ${name}: ${ok ? 'ok' : 'FAILED'} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
}

const { passed, broken } = counted();
if (passed + broken === 0) failed.push('no test ran');
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
console.log(`\n${passed} passed, ${broken} failed`);

/** A test file that could not be run at all counts as one failed test. */
function counted() {
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, broken: numFailedTests + numRuntimeErrorTestSuites };
  } catch {
    return { passed: 0, broken: 0 };
  }
}
