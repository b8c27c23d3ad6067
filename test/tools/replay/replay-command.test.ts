import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuiltServer, ensureBuilt, startBuiltServer } from '../../support/built-server';

const root = join(__dirname, '..', '..', '..');
let folder: string;

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'replay-test-'));
  await ensureBuilt();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function replay(...args: readonly string[]): Promise<Run> {
  const env = { PATH: process.env['PATH'], TMPDIR: folder };
  return new Promise((resolve) => {
    execFile('node', ['dist/tools/replay/main.js', ...args], { cwd: root, env }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

interface Figures {
  readonly file: string;
  readonly [figure: string]: string | number | null;
}

function figuresOf({ stdout }: Run): Figures[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('replaying the sample through the service over gRPC', () => {
  let run: Run;
  let figures: Figures[];
  beforeAll(async () => {
    run = await replay('--json');
    figures = figuresOf(run);
  }, 120_000);

  it('prints one JSON object a file, and nothing else on standard output', () => {
    expect(run.code).toBe(0);
    const files = ['sgd_interleave', 'sgd_natural', 'sgd_parallel', 'star_multi', 'star_single'];
    expect(figures.map(({ file }) => file)).toEqual(files);
  });

  it('tells on standard error how far it is', () => {
    expect(run.stderr).toMatch(/^sgd_natural +\[#+\] 10\/10 dialogues, \d+ turns$/m);
  });

  it('leaves nothing of its own service behind', () => {
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['sgd_interleave', 'sgd_natural', 'sgd_parallel'])(
    '%s: the plan is what the rules of the simulator say',
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

  it('sgd_interleave: every scenario that is left in the middle pauses, and resumes when the customer is back', () => {
    expect(figures[0]).toMatchObject({ pause_return_recall: 1, resume_recall: 1 });
  });

  it('nobody is asked what they said, and nothing is done that was not confirmed', () => {
    for (const entry of figures) expect(entry).toMatchObject({ asks_of_known: 0, unconfirmed_actions: 0 });
  });

  it('star: about as much as people agree with their own charts', () => {
    for (const entry of figures.filter(({ file }) => file.startsWith('star'))) {
      expect(Number(entry['active'])).toBeGreaterThanOrEqual(0.6);
    }
  });
});

describe('against a service that runs already', () => {
  let server: BuiltServer;
  beforeAll(async () => {
    server = await startBuiltServer({ ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data') });
  }, 120_000);
  afterAll(() => server?.stop());

  it('a file can be replayed again and again, with the same figures', async () => {
    const args = ['--target', server.address, '--files', 'sgd_parallel', '--json'];
    const first = await replay(...args);
    const second = await replay(...args);
    expect(first.code).toBe(0);
    expect(second.stdout).toBe(first.stdout);
  }, 60_000);

  it('the table and the turns that differ are for people', async () => {
    const { stdout, stderr } = await replay('--target', server.address, '--files', 'star_single', '--explain');
    expect(stdout).toMatch(/^star_single +\d+ /m);
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(stderr).toMatch(/^star_single star\.\d+ turn \d+: /m);
  }, 60_000);
});

it.each([
  ['an option that nobody knows', ['--fast'], 2, '--fast'],
  ['a folder that is not there', ['--data', '/nowhere', '--target', '127.0.0.1:1'], 1, 'replay:'],
])(
  '%s ends it with a readable word',
  async (_, args, code, text) => {
    const run = await replay(...args);
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(text);
  },
  60_000,
);
