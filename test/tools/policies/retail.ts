import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PolicyCatalogue, readPolicy } from '../../../tools/policies/policy-catalogue';
import { readRetailData } from '../../../tools/policies/retail-database';
import { root } from '../../docs/markdown-pages';

export const retailFolder = join(root, 'examples', 'policies', 'retail');
export const scenariosFolder = join(retailFolder, 'scenarios');
export const textsFile = join(retailFolder, 'texts.yaml');
export const storiesFile = join(retailFolder, 'data', 'tasks.json');
export const retailData = readRetailData(join(retailFolder, 'data', 'db.json'));
export const retailPolicy = readPolicy(scenariosFolder);

/** A change of a scenario file. */
export interface Edit {
  readonly file: string;
  readonly from: string | RegExp;
  readonly to: string;
}

/** Reads the policy with changes. Fails if one of them changes nothing. */
export function readChangedPolicy(edits: readonly Edit[]): PolicyCatalogue {
  const folder = mkdtempSync(join(tmpdir(), 'policy-'));
  try {
    cpSync(scenariosFolder, folder, { recursive: true });
    for (const { file, from, to } of edits) {
      const path = join(folder, file);
      const text = readFileSync(path, 'utf8');
      const changed = text.replace(from, to);
      if (changed === text) throw new Error(`${file} does not contain ${String(from)}.`);
      writeFileSync(path, changed);
    }
    return readPolicy(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
