// The contract's checks: buf lint, buf format, and buf breaking against what callers may already use.
// A deliberate break says why in a commit that touches proto/focal, in a line of its own: `Contract-Break: <why>`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { output, ran, run } from './run.mjs';

const CONTRACT = 'proto/focal';
const git = (...args) => output('git', args) || undefined;
const hasContract = (commit) => git('ls-tree', '-d', commit, CONTRACT) !== undefined;

/**
 * The commit to compare with. On a branch: where it left main. On main with commits that origin does not have: what origin has.
 * Else, as in CI: the files as committed, when they are being edited, or the contract before the last commit that touched it.
 */
function baseline() {
  const head = git('rev-parse', '--verify', '--quiet', 'HEAD');
  if (head === undefined) return undefined;
  for (const main of ['origin/main', 'main']) {
    const fork = git('merge-base', 'HEAD', main);
    if (fork !== undefined && fork !== head) return fork;
  }
  if (git('status', '--porcelain', '--', CONTRACT) !== undefined) return head;
  const last = git('log', '-1', '--format=%H', '--', CONTRACT);
  return last && git('rev-parse', '--verify', '--quiet', `${last}^`);
}

run('buf', ['lint']);
run('buf', ['format', '--diff', '--exit-code', '--path', CONTRACT]);

const against = baseline();
if (against === undefined || !hasContract(against)) {
  console.log('contract: lint and format pass; no earlier contract to compare with');
} else {
  const short = against.slice(0, 12);
  const broken = git('log', '--format=%(trailers:key=Contract-Break,valueonly)', `${against}..HEAD`, '--', CONTRACT);
  if (broken !== undefined) {
    console.log(`contract: lint and format pass; breaks ${short} deliberately: ${broken.split('\n')[0]}`);
  } else {
    const old = mkdtempSync(join(tmpdir(), 'contract-'));
    process.on('exit', () => rmSync(old, { recursive: true, force: true }));
    // An archive and not buf's own `.git#ref=`: that one clones, which a worktree or a shallow clone does not allow.
    run('git', ['archive', `--output=${join(old, 'old.tar')}`, against, 'proto', 'buf.yaml']);
    run('tar', ['-xf', join(old, 'old.tar'), '-C', old]);
    if (!ran('buf', ['breaking', '--against', old])) {
      console.error(`contract: breaks what ${short} offers; if meant, a commit says why: Contract-Break: <why>`);
      process.exit(1);
    }
    console.log(`contract: lint and format pass; nothing breaks since ${short}`);
  }
}
