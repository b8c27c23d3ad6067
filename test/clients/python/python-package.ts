import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, type Run } from '../../cli/command-line';

/** Debian's Python, which has the packages that the client depends on. No test needs a package registry. */
export const debianPython = '/usr/bin/python3';

const root = join(__dirname, '..', '..', '..');

/** A copy of clients/python with the generated modules. */
export interface PythonPackage {
  readonly folder: string;
  /** Runs a program with the package on the Python path. */
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Run>;
  remove(): void;
}

/** Generates the package in a new folder, so that test files do not write to the same one. */
export async function generatePythonPackage(): Promise<PythonPackage> {
  const folder = mkdtempSync(join(tmpdir(), 'python-client-'));
  const isSource = (path: string) => !/__pycache__|\/contract$|\/(build|dist|\.venv)$|\.egg-info$/.test(path);
  cpSync(join(root, 'clients', 'python'), folder, { recursive: true, filter: isSource });
  await mustRun(debianPython, [join(folder, 'generate.py'), join(root, 'proto')]);
  return {
    folder,
    run: (args, env) =>
      execute(debianPython, args, { PYTHONPATH: join(folder, 'src'), PYTHONDONTWRITEBYTECODE: '1', ...env }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs a program. Throws if it fails. Returns its output. */
export async function mustRun(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await execute(program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout;
}
