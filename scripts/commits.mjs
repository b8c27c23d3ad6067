// Checks the commit messages since the convention was introduced (commitlint.config.cjs). A shallow clone has nothing to check.
import { output, run } from './run.mjs';

/** The last commit before the convention. */
const lastBefore = '7161688';

if (output('git', ['merge-base', '--is-ancestor', lastBefore, 'HEAD']) === undefined) {
  console.log(`commits: ${lastBefore} is not in this clone; nothing is checked`);
} else {
  run('commitlint', ['--from', lastBefore, '--to', 'HEAD']);
  console.log('commits: every message since follows the convention');
}
