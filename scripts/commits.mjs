// Checks the commit messages since the convention (commitlint.config.cjs) was introduced. Does nothing in a shallow clone.
import { getOutput, run } from './run.mjs';

/** The last commit before the convention. */
const baseCommit = '7161688';

if (getOutput('git', ['merge-base', '--is-ancestor', baseCommit, 'HEAD']) === undefined) {
  console.log(`commits: ${baseCommit} is not in this clone, nothing to check`);
} else {
  run('commitlint', ['--from', baseCommit, '--to', 'HEAD']);
  console.log('commits: all messages follow the convention');
}
