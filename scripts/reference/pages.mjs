// Writes docs/contract.md and docs/scenario-reference.md from the contract. With `--check` it writes nothing and fails if a page is
// not up to date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, root } from '../run.mjs';
import { renderContractPage } from './contract-page.mjs';
import { renderScenarioPage } from './scenario-page.mjs';

const isCheck = process.argv.includes('--check');

for (const [path, page] of [
  ['docs/contract.md', renderContractPage],
  ['docs/scenario-reference.md', renderScenarioPage],
]) {
  const file = join(root, path);
  const text = `${page().join('\n').trimEnd()}\n`;
  const isStale = !existsSync(file) || readFileSync(file, 'utf8') !== text;
  if (isCheck && isStale) fail(`${path} is not up to date: run \`npm run generate\` and commit the result`);
  if (!isCheck && isStale) writeFileSync(file, text);
  console.log(
    isCheck ? `generated: ${path} is up to date` : `generate: ${path} ${isStale ? 'written' : 'is unchanged'}`,
  );
}
