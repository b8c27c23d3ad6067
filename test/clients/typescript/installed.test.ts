import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childTimeoutMs, execute } from '../../cli/command-line';
import { installPackage, tsc } from '../../examples/installed-package';

jest.setTimeout(childTimeoutMs);

const program = `
const client = connect('127.0.0.1:1', { credentials: insecure() });
const request = ProcessTurnRequest.fromPartial({ turn: { turnId: 't' } });
client.processTurn(request, { timeoutMs: 1 }).catch((error: unknown) => {
  console.log(error instanceof CallError, request.turn?.turnId);
  client.close();
});
`;
const names = '{ CallError, connect, insecure, ProcessTurnRequest }';
let folder: string;

beforeAll(async () => {
  folder = await installPackage();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The compiler, told everything here: the folder from which it is run has settings of its own. */
const compile = [tsc, '--ignoreConfig', '--module', 'node16', '--target', 'es2022', '--strict', '--types', 'node'];

/** Compiles a program of TypeScript with the checks that find every wrong type, and runs it. */
async function runProgram(name: string, text: string): Promise<string> {
  writeFileSync(join(folder, name), text);
  const compiled = await execute('node', [...compile, join(folder, name)]);
  expect(compiled).toEqual({ code: 0, stdout: '', stderr: '' });
  const ran = await execute('node', [join(folder, name.replace(/ts$/, 'js'))]);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return ran.stdout;
}

describe('the installed package', () => {
  it('gives its client with types to ES modules', async () => {
    expect(await runProgram('esm.mts', `import ${names} from 'scenario-orchestrator-client';${program}`)).toBe(
      'true t\n',
    );
  });

  it('gives its client with types to CommonJS', async () => {
    expect(await runProgram('cjs.cts', `import ${names} from 'scenario-orchestrator-client';${program}`)).toBe(
      'true t\n',
    );
    expect(readFileSync(join(folder, 'cjs.cjs'), 'utf8')).toContain('require("scenario-orchestrator-client")');
  });

  it('refuses a connection that does not say how it is secured', async () => {
    const text = `import { connect } from 'scenario-orchestrator-client';\nconnect('127.0.0.1:1', {});\n`;
    writeFileSync(join(folder, 'unsaid.mts'), text);
    const compiled = await execute('node', [...compile, '--noEmit', join(folder, 'unsaid.mts')]);
    expect(compiled.stdout).toContain("Property 'credentials' is missing");
  });

  it('has the contract for callers in other languages, and keeps what it does not export to itself', async () => {
    const resolved = (path: string) =>
      execute('node', ['--print', `require.resolve('scenario-orchestrator/${path}', { paths: ['${folder}'] })`]);
    expect(await resolved('proto/focal/orchestration/v1/service_config.json')).toMatchObject({ code: 0 });
    expect((await resolved('dist/src/server/compose.js')).stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });
});
