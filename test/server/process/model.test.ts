import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuiltServer, DidNotStart, ensureBuilt, startBuiltServer } from '../../support/built-server';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'model-'));
/** Tells at its end which modules of the model a process has loaded. */
const listing = join(folder, 'listing.cjs');
const filtering = (key: string): string => `ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__${key}`;
const switchedOn = { [filtering('USE_LLM')]: 'true', [filtering('BASE_URL')]: 'http://127.0.0.1:1/v1' };

beforeAll(async () => {
  await ensureBuilt();
  writeFileSync(
    listing,
    `process.once('exit', () => {
      const parts = ['nunjucks', 'cockatiel', 'server/model'];
      const loaded = parts.filter((part) => Object.keys(require.cache).some((path) => path.includes('/' + part + '/')));
      process.stderr.write('\\nloaded: ' + JSON.stringify(loaded) + '\\n');
    });`,
  );
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let folders = 0;
function start(env: NodeJS.ProcessEnv): Promise<BuiltServer> {
  folders += 1;
  const path = join(folder, String(folders));
  return startBuiltServer({ ORCHESTRATOR__EMBEDDED__PATH: path, NODE_OPTIONS: `--require ${listing}`, ...env });
}

async function loadedBy(env: NodeJS.ProcessEnv): Promise<unknown> {
  const server = await start(env);
  await server.stop();
  const [, list = ''] = /^loaded: (.*)$/m.exec(server.stderr()) ?? [];
  return JSON.parse(list);
}

it('loads nothing of the model while use_llm is false', async () => {
  expect(await loadedBy({})).toEqual([]);
});

it('loads it with use_llm, template included', async () => {
  expect(await loadedBy(switchedOn)).toEqual(['nunjucks', 'cockatiel', 'server/model']);
});

it('does not start with a template that cannot be used, and says why', async () => {
  const template = join(folder, 'own.jinja2');
  writeFileSync(template, '{% for each in instances %}');
  const failed: unknown = await start({ ...switchedOn, [filtering('TEMPLATE')]: template }).catch(
    (error: unknown) => error,
  );
  expect(failed).toBeInstanceOf(DidNotStart);
  expect(failed).toMatchObject({
    stderr: expect.stringContaining('pipeline.scenario_filtering.template is not a valid template: '),
  });
});
