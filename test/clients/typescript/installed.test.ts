import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childTimeoutMs, execute } from '../../cli/command-line';
import { installClient, tsc } from '../../examples/install-client';

jest.setTimeout(childTimeoutMs);

const program = `
const client = connect('127.0.0.1:1', { credentials: insecure() });
const request = ProcessTurnRequest.fromPartial({ turn: { turnId: 't' } });
client.processTurn(request, { timeoutMs: 1 }).catch((error: unknown) => {
  console.log(error instanceof CallError, request.turn?.turnId);
  client.close();
});
`;
const imports = '{ CallError, connect, insecure, ProcessTurnRequest }';
let folder: string;

beforeAll(async () => {
  folder = await installClient();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The compiler with all its settings, because the tsconfig.json of the root folder does not apply. */
const compiler = [tsc, '--ignoreConfig', '--module', 'node16', '--target', 'es2022', '--strict', '--types', 'node'];

/** Compiles a TypeScript program in strict mode, runs it, and returns its output. */
async function runProgram(name: string, text: string): Promise<string> {
  writeFileSync(join(folder, name), text);
  const compiled = await execute('node', [...compiler, join(folder, name)]);
  expect(compiled).toEqual({ code: 0, stdout: '', stderr: '' });
  const ran = await execute('node', [join(folder, name.replace(/ts$/, 'js'))]);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return ran.stdout;
}

describe('the installed client', () => {
  it('can be imported with types from ES modules', async () => {
    expect(await runProgram('esm.mts', `import ${imports} from 'scenario-orchestrator-client';${program}`)).toBe(
      'true t\n',
    );
  });

  it('can be required with types from CommonJS', async () => {
    expect(await runProgram('cjs.cts', `import ${imports} from 'scenario-orchestrator-client';${program}`)).toBe(
      'true t\n',
    );
    expect(readFileSync(join(folder, 'cjs.cjs'), 'utf8')).toContain('require("scenario-orchestrator-client")');
  });

  it('requires credentials', async () => {
    const text = `import { connect } from 'scenario-orchestrator-client';\nconnect('127.0.0.1:1', {});\n`;
    writeFileSync(join(folder, 'no-credentials.mts'), text);
    const compiled = await execute('node', [...compiler, '--noEmit', join(folder, 'no-credentials.mts')]);
    expect(compiled.stdout).toContain("Property 'credentials' is missing");
  });

  it('exports only its public surface', async () => {
    const resolve = (path: string) =>
      execute('node', ['--print', `require.resolve('scenario-orchestrator-client/${path}', { paths: ['${folder}'] })`]);
    expect(await resolve('package.json')).toMatchObject({ code: 0 });
    const internalModule = 'dist/clients/typescript/src/calls.js';
    expect((await resolve(internalModule)).stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });
});
