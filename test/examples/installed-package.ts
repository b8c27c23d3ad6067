import { cpSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../support/built-server';

const root = join(__dirname, '..', '..');
const modules = join(root, 'node_modules');

/**
 * A new folder in which the built package is installed, as npm would put it there: its package.json and what that publishes, and
 * beside it the packages that it depends on. Returns the folder.
 */
export async function installedPackage(): Promise<string> {
  await ensureBuilt();
  // Programs resolve what they import from where a file really is.
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

/** The arguments with which Node.js runs the compiler of this project. */
export const tsc = join(modules, 'typescript', 'bin', 'tsc');
