import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execute } from '../../cli/command-line';

const root = join(__dirname, '..', '..', '..');

/** A GOPATH with the client, whose code is generated. Debian installs Go libraries in a GOPATH, so that no module proxy is needed. */
export interface GoPath {
  /** Builds the program in a folder with a go.mod. Returns the path of the executable. */
  build(folder: string): Promise<string>;
  /** Runs the go command. Throws if it fails. */
  go(args: readonly string[]): Promise<void>;
  remove(): void;
}

/** The import path of a folder, as its go.mod names it. */
function getImportPath(folder: string): string {
  const path = /^module (\S+)$/m.exec(readFileSync(join(root, folder, 'go.mod'), 'utf8'))?.[1];
  if (path === undefined) throw new Error(`${folder}/go.mod names no module.`);
  return path;
}

export async function createGoPath(): Promise<GoPath> {
  const goPath = mkdtempSync(join(tmpdir(), 'gopath-'));
  const link = (folder: string): string => {
    const target = join(goPath, 'src', getImportPath(folder));
    mkdirSync(dirname(target), { recursive: true });
    // A copy, so that test files do not write to the same folder.
    cpSync(join(root, folder), target, { recursive: true, filter: (path) => !path.endsWith('/gen') });
    return target;
  };
  const mustRun = async (program: string, args: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await execute(program, args, {
      GO111MODULE: 'off',
      GOPATH: `${goPath}:/usr/share/gocode`,
      GOFLAGS: '',
      GOCACHE: join(tmpdir(), 'scenario-orchestrator-go-build'), // Not removed, so that the next run compiles only the client.
    });
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  };
  await mustRun(join(link(join('clients', 'go')), 'generate.sh'), [join(root, 'proto')]);
  return {
    async build(folder) {
      link(folder);
      const importPath = getImportPath(folder);
      const executable = join(goPath, importPath.replaceAll('/', '-'));
      await mustRun('go', ['build', '-o', executable, importPath]);
      return executable;
    },
    go: (args) => mustRun('go', args),
    remove: () => rmSync(goPath, { recursive: true, force: true }),
  };
}

/** Enables retries, which are disabled by default in Debian's version of grpc-go. */
export const goEnvironment = { GRPC_GO_RETRY: 'on' };
