import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateApiKey, hashApiKey } from '../../../src/server/auth';
import { execute, type Run } from '../../cli/command-line';
import { type BuiltServer, ensureBuilt, startBuiltServer } from '../../support/built-server';

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'replay-test-'));
  await ensureBuilt();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function replay(...args: readonly string[]): Promise<Run> {
  return execute('node', ['dist/tools/replay/main.js', ...args], { TMPDIR: folder });
}

interface Figures {
  readonly file: string;
  readonly [figure: string]: string | number | null | object;
}

function parseFigures({ stdout }: Run): Figures[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('npm run replay', () => {
  let run: Run;
  let figures: Figures[];
  beforeAll(async () => {
    run = await replay('--json');
    figures = parseFigures(run);
  }, 120_000);

  it('prints one JSON object per file with --json', () => {
    expect(run.code).toBe(0);
    const files = ['sgd_interleave', 'sgd_natural', 'sgd_parallel', 'star_multi', 'star_single'];
    expect(figures.map(({ file }) => file)).toEqual(files);
  });

  it('prints the progress to standard error', () => {
    expect(run.stderr).toMatch(/^sgd_natural +\[#+\] 10\/10 dialogues, \d+ turns$/m);
  });

  it('removes the folder of the local service', () => {
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['sgd_interleave', 'sgd_natural', 'sgd_parallel'])(
    '%s: the plans agree with the rules of the simulator',
    (file) => {
      const found = figures.find((entry) => entry.file === file);
      for (const key of [
        'active',
        'ask_f1',
        'confirm_f1',
        'action_f1',
        'inform_f1',
        'complete_in_window',
        'final_state',
      ]) {
        expect([key, found?.[key] ?? 0]).toEqual([key, expect.any(Number)]);
        expect(Number(found?.[key] ?? 0)).toBeGreaterThanOrEqual(0.98);
      }
    },
  );

  it('sgd_interleave: every interrupted scenario pauses, and resumes when the customer returns', () => {
    expect(figures[0]).toMatchObject({ pause_return_recall: 1, resume_recall: 1 });
  });

  it('no plan asks for a known field or hints at an unconfirmed action', () => {
    for (const entry of figures) expect(entry).toMatchObject({ asks_of_known: 0, unconfirmed_actions: 0 });
  });

  it('star: the plans agree about as often as people follow the charts', () => {
    for (const entry of figures.filter(({ file }) => file.startsWith('star'))) {
      expect(Number(entry['active'])).toBeGreaterThanOrEqual(0.8);
      expect(Number(entry['final_state'])).toBeGreaterThanOrEqual(0.85);
    }
  });

  it('star_multi: most interrupted scenarios pause, and resume when the customer returns', () => {
    const found = figures.find(({ file }) => file === 'star_multi');
    for (const key of ['pause_return_recall', 'resume_recall']) {
      expect(Number(found?.[key] ?? 0)).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('prints the figures without free text, and of seen and unseen charts', () => {
    for (const entry of figures) {
      expect(entry).toMatchObject({
        scored_turns: expect.any(Number),
        without_free_text: { scored_turns: expect.any(Number) },
        seen: { scored_turns: entry['scored_turns'] },
        unseen: { scored_turns: 0, active: null },
      });
    }
  });
});

describe('npm run replay with --target', () => {
  let server: BuiltServer;
  beforeAll(async () => {
    server = await startBuiltServer({ ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data') });
  }, 120_000);
  afterAll(() => server?.stop());

  it('prints the same figures in every replay', async () => {
    const args = ['--target', server.address, '--files', 'sgd_parallel', '--json'];
    const first = await replay(...args);
    const second = await replay(...args);
    expect(first.code).toBe(0);
    expect(second.stdout).toBe(first.stdout);
  }, 60_000);

  it('prints a table, and with --explain the turns that differ', async () => {
    const { stdout, stderr } = await replay('--target', server.address, '--files', 'star_single', '--explain');
    expect(stdout).toMatch(/^star_single +\d+ /m);
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(stderr).toMatch(/^star_single star\.\d+ turn \d+: /m);
  }, 60_000);
});

describe('npm run replay with --target of a service with authentication', () => {
  let server: BuiltServer;
  let tokenFile: string;
  beforeAll(async () => {
    const key = generateApiKey();
    const keysFile = join(folder, 'keys.toml');
    tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, key);
    const entry = ['[[keys]]', 'id = "replay"', `sha256 = "${hashApiKey(key)}"`, 'tenant = "*"'];
    writeFileSync(keysFile, [...entry, 'scopes = ["turns", "catalogue"]', ''].join('\n'));
    server = await startBuiltServer({
      ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data-with-keys'),
      ORCHESTRATOR__AUTH__API_KEYS_FILE: keysFile,
    });
  }, 120_000);
  afterAll(() => server?.stop());

  it('sends the token of --token-file', async () => {
    const args = ['--target', server.address, '--files', 'sgd_parallel', '--json'];
    const { code, stdout } = await replay(...args, '--token-file', tokenFile);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ file: 'sgd_parallel' });
  }, 60_000);

  it('fails with exit code 3 and a hint without a token', async () => {
    const { code, stderr } = await replay('--target', server.address, '--files', 'sgd_parallel');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^sgd_parallel: cannot store the scenario .*UNAUTHENTICATED/);
    expect(stderr).toContain('--token-file');
  }, 60_000);
});

describe('the arguments of npm run replay', () => {
  it.each([
    ['an unknown option', ['--fast'], "unknown option '--fast'"],
    ['an invalid address', ['--target', 'here'], 'It must be HOST:PORT.'],
    ['a missing folder', ['--data', '/nowhere', '--target', '127.0.0.1:1'], 'Cannot read /nowhere: ENOENT'],
    ['a missing file', ['--files', 'nothing', '--target', '127.0.0.1:1'], 'has no nothing.jsonl.'],
  ])('are rejected for %s with exit code 2', async (_, args, message) => {
    const { code, stderr } = await replay(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('are described by --help', async () => {
    const { code, stdout } = await replay('--help');
    expect(code).toBe(0);
    for (const option of [
      '--data',
      '--target',
      '--json',
      '--files',
      '--explain',
      '--token-file',
      '--tls',
      '--timeout',
    ]) {
      expect(stdout).toContain(option);
    }
  });
});
