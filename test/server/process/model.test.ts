import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuiltServer, ensureBuilt, ServerStartError, startBuiltServer } from '../../support/built-server';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'model-'));
/** A module that prints the loaded modules of the model when the process exits. */
const listing = join(folder, 'listing.cjs');
const settingName = (key: string): string => `ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__${key}`;
const withModel = { [settingName('USE_LLM')]: 'true', [settingName('BASE_URL')]: 'http://127.0.0.1:1/v1' };

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

async function getLoadedModules(env: NodeJS.ProcessEnv): Promise<unknown> {
  const server = await start(env);
  await server.stop();
  const [, list = ''] = /^loaded: (.*)$/m.exec(server.getStderr()) ?? [];
  return JSON.parse(list);
}

it('does not load the model with use_llm = false', async () => {
  expect(await getLoadedModules({})).toEqual([]);
});

it('loads the model and its template with use_llm = true', async () => {
  expect(await getLoadedModules(withModel)).toEqual(['nunjucks', 'cockatiel', 'server/model']);
});

it('does not start with an invalid template, and reports the problem', async () => {
  const template = join(folder, 'own.jinja2');
  writeFileSync(template, '{% for each in instances %}');
  const failed: unknown = await start({ ...withModel, [settingName('TEMPLATE')]: template }).catch(
    (error: unknown) => error,
  );
  expect(failed).toBeInstanceOf(ServerStartError);
  expect(failed).toMatchObject({
    stderr: expect.stringContaining('pipeline.scenario_filtering.template is not a valid template: '),
  });
});
