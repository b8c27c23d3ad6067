// Checks the contract: buf lint, buf format, and buf breaking against the contract that clients already use. For a deliberate break, a
// commit that changes proto/focal has the trailer `Contract-Break: <reason>`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getOutput, run, tryRun } from './run.mjs';

const contractFolder = 'proto/focal';
const git = (...args) => getOutput('git', args) || undefined;
const hasContract = (commit) => git('ls-tree', '-d', commit, contractFolder) !== undefined;

/**
 * Finds the commit to compare with. On a branch, it is the merge base with main; on main with unpushed commits, it is origin/main.
 * Otherwise, as in CI, it is HEAD if the contract has uncommitted changes, or the parent of the last commit that changed the contract.
 */
function findBaseline() {
  const head = git('rev-parse', '--verify', '--quiet', 'HEAD');
  if (head === undefined) return undefined;
  for (const branch of ['origin/main', 'main']) {
    const base = git('merge-base', 'HEAD', branch);
    if (base !== undefined && base !== head) return base;
  }
  if (git('status', '--porcelain', '--', contractFolder) !== undefined) return head;
  const last = git('log', '-1', '--format=%H', '--', contractFolder);
  return last && git('rev-parse', '--verify', '--quiet', `${last}^`);
}

run('buf', ['lint']);
run('buf', ['format', '--diff', '--exit-code', '--path', contractFolder]);

const baseline = findBaseline();
if (baseline === undefined || !hasContract(baseline)) {
  console.log('contract: lint and format pass; there is no earlier contract to compare with');
} else {
  const short = baseline.slice(0, 12);
  const breakReason = git(
    'log',
    '--format=%(trailers:key=Contract-Break,valueonly)',
    `${baseline}..HEAD`,
    '--',
    contractFolder,
  );
  if (breakReason !== undefined) {
    console.log(`contract: lint and format pass; deliberate break since ${short}: ${breakReason.split('\n')[0]}`);
  } else {
    const folder = mkdtempSync(join(tmpdir(), 'contract-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    // An archive instead of `.git#ref=` of buf, which clones and therefore fails in a worktree or a shallow clone.
    run('git', ['archive', `--output=${join(folder, 'old.tar')}`, baseline, 'proto', 'buf.yaml']);
    run('tar', ['-xf', join(folder, 'old.tar'), '-C', folder]);
    if (!tryRun('buf', ['breaking', '--against', folder])) {
      console.error(
        `contract: breaking changes since ${short}. If they are deliberate, add the trailer "Contract-Break: <reason>" to a commit.`,
      );
      process.exit(1);
    }
    console.log(`contract: lint and format pass; no breaking changes since ${short}`);
  }
}
