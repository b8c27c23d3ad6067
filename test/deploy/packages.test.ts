import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { release } from '../../src/core/model/release';
import { ensureBuilt } from '../support/built-server';

const root = join(__dirname, '..', '..');

interface PackedFile {
  readonly path: string;
}

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

/** Lists the files that `npm publish` would upload. */
function listPackedFiles(folder: string): readonly string[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const output = execFileSync('npm', args, {
    cwd: join(root, folder),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed]: readonly { readonly files: readonly PackedFile[] }[] = Object.values(JSON.parse(output));
  return packed?.files.map(({ path }) => path) ?? [];
}

beforeAll(ensureBuilt, 120_000);

describe('the package of the service', () => {
  let paths: readonly string[];
  beforeAll(() => {
    paths = listPackedFiles('.');
  });

  it('contains the service, the command line, the contract, the schemas and the settings', () => {
    const needed = [
      'LICENSE',
      'README.md',
      'dist/config/default.toml',
      'dist/examples/conversations/demo.yaml',
      'dist/gen/descriptors.binpb',
      'dist/schemas/openapi.json',
      'dist/src/cli/main.js',
      'dist/src/core/decide-turn.js',
      'dist/src/server/main.js',
      'dist/src/server/stores/redis/scripts/commit.lua',
      'proto/focal/orchestration/v1/service_config.json',
      'proto/focal/orchestration/v1/turn.proto',
      'schemas/scenario.schema.json',
    ];
    expect(needed.filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('contains no tools, tests, sources or build state', () => {
    const unexpected = /(^|\/)(tools|chaos|bench|test|build|docs)\/|^dist\/(?!src|gen|config|examples|schemas)/;
    expect(paths.filter((path) => unexpected.test(path))).toEqual([]);
    expect(paths.filter((path) => /(?<!\.d)\.ts$|\.tsbuildinfo$|\.test\./.test(path))).toEqual([]);
  });
});

describe('the package of the TypeScript client', () => {
  it('contains only the client, its stubs and types', () => {
    const paths = listPackedFiles(join('clients', 'typescript'));
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'dist/clients/typescript/src/index.d.ts',
        'dist/clients/typescript/src/index.js',
        'dist/gen/focal/orchestration/v1/turn.d.ts',
        'dist/gen/focal/orchestration/v1/turn.js',
      ]),
    );
    const other = paths.filter((path) => !/^dist\/(clients\/typescript\/src|gen)\/.+\.(js|js\.map|d\.ts)$/.test(path));
    expect(other.sort()).toEqual(['LICENSE', 'README.md', 'dist/.built', 'package.json']);
  });

  it('depends on grpc-js and the protobuf runtime only', () => {
    const { dependencies, peerDependencies } = readManifest(join('clients', 'typescript'));
    expect(Object.keys(dependencies ?? {})).toEqual(['@bufbuild/protobuf']);
    expect(Object.keys(peerDependencies ?? {})).toEqual(['@grpc/grpc-js']);
  });

  it('has the version of the service, which depends on exactly this version', () => {
    const { version, dependencies } = readManifest('.');
    expect(readManifest(join('clients', 'typescript')).version).toBe(version);
    expect(dependencies?.['scenario-orchestrator-client']).toBe(version);
  });

  it('has the license of the repository', () => {
    expect(readFileSync(join(root, 'clients', 'typescript', 'LICENSE'), 'utf8')).toBe(
      readFileSync(join(root, 'LICENSE'), 'utf8'),
    );
  });
});

it('the release of the rules is the version of the package', () => {
  expect(release).toBe(readManifest('.').version);
});

it('the latest section of the changelog has the version of the package', () => {
  const [, latestVersion] = /^## \[?(\d+\.\d+\.\d+)\]?/m.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')) ?? [];
  expect(latestVersion).toBe(readManifest('.').version);
});

it('the image contains no tools, tests or docs', () => {
  const copyLines = readFileSync(join(root, 'Dockerfile'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('COPY'))
    .join('\n');
  expect(copyLines).not.toMatch(/\b(tools|test|docs)\b/);
  expect(existsSync(join(root, 'tools'))).toBe(true);
});
