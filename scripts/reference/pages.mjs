// Writes docs/contract.md and docs/scenario-reference.md from the contract. With `--check` it writes nothing and fails if a page is
// not up to date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, root } from '../run.mjs';
import { contractPage } from './contract-page.mjs';
import { scenarioPage } from './scenario-page.mjs';

const checking = process.argv.includes('--check');

for (const [path, page] of [
  ['docs/contract.md', contractPage],
  ['docs/scenario-reference.md', scenarioPage],
]) {
  const file = join(root, path);
  const text = `${page().join('\n').trimEnd()}\n`;
  const stale = !existsSync(file) || readFileSync(file, 'utf8') !== text;
  if (checking && stale) fail(`${path} is not up to date: run \`npm run generate\` and commit the result`);
  if (!checking && stale) writeFileSync(file, text);
  console.log(
    checking ? `generated: ${path} is up to date` : `generate: ${path} ${stale ? 'written' : 'is unchanged'}`,
  );
}
