import { cpSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../support/built-server';

const root = join(__dirname, '..', '..');
const modules = join(root, 'node_modules');

/** Installs the built client in a new folder as npm does, with the packages that it depends on. Returns the folder. */
export async function installClient(): Promise<string> {
  await ensureBuilt();
  // Node.js resolves imports from the real path of a file.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'consumer-')));
  const installed = join(folder, 'node_modules', 'scenario-orchestrator-client');
  mkdirSync(installed, { recursive: true });
  for (const path of ['package.json', 'dist']) {
    cpSync(join(root, 'clients', 'typescript', path), join(installed, path), { recursive: true });
  }
  for (const name of ['@bufbuild', '@grpc', '@types', 'typescript']) {
    symlinkSync(join(modules, name), join(folder, 'node_modules', name));
  }
  return folder;
}

/** The path of the TypeScript compiler. */
export const tsc = join(modules, 'typescript', 'bin', 'tsc');
