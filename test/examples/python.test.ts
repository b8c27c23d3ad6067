import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { childTimeoutMs, execute, type Run } from '../cli/command-line';
import { debianPython, generatePythonPackage, mustRun, type PythonPackage } from '../clients/python/python-package';
import { testClientExample } from './client-tests';
import { describeExample } from './describe-example';
import { type ExampleServer, examplesFolder, startExampleServer } from './example-server';

jest.setTimeout(childTimeoutMs);

describeExample('Python', () => {
  let pythonPackage: PythonPackage;
  let server: ExampleServer;
  let python: string;
  let wheel: string;
  let sdist: string;

  /** Runs a program of the example with the installed wheel. */
  function runProgram(name: string, address: string): Promise<Run> {
    return execute(python, ['-B', join(examplesFolder, 'python', `${name}.py`)], {
      SCENARIO_ORCHESTRATOR_SERVER: address,
    });
  }

  /** Installs a file in an empty environment. pip checks that Debian's packages meet the requirements of the client. */
  async function install(environment: string, file: string): Promise<string> {
    const folder = join(pythonPackage.folder, environment);
    await mustRun(debianPython, ['-m', 'venv', '--system-site-packages', folder]);
    const program = join(folder, 'bin', 'python3');
    await mustRun(program, ['-m', 'pip', '--quiet', 'install', '--no-index', '--no-build-isolation', file]);
    return program;
  }

  beforeAll(async () => {
    pythonPackage = await generatePythonPackage();
    // What `python3 -m build` does, which Debian has in a package of its own.
    const build = `import os, sys; os.chdir(sys.argv[1])
from setuptools.build_meta import build_sdist, build_wheel
build_sdist("dist"); build_wheel("dist")`;
    await mustRun(debianPython, ['-c', build, pythonPackage.folder]);
    const files = readdirSync(join(pythonPackage.folder, 'dist')).map((name) =>
      join(pythonPackage.folder, 'dist', name),
    );
    [wheel = '', sdist = ''] = ['.whl', '.tar.gz'].map((ending) => files.find((file) => file.endsWith(ending)));
    python = await install('from-wheel', wheel);
    server = await startExampleServer();
  });
  afterAll(async () => {
    await server?.stop();
    pythonPackage?.remove();
  });

  testClientExample({
    runExample: (address) => runProgram('refund', address),
    runReply: (address) => runProgram('reply', address),
    getServer: () => server,
    unavailableError: /^ProcessTurn failed.*UNAVAILABLE.*\n$/,
  });

  it('can be installed from the source distribution, which contains the generated modules', async () => {
    const program = await install('from-sdist', sdist);
    const text =
      'import scenario_orchestrator_client as client; print(client.__file__, client.Turn.DESCRIPTOR.full_name)';
    const [file = '', message] = (await mustRun(program, ['-c', text])).trim().split(' ');
    expect({ isInstalled: file.includes('from-sdist'), message }).toEqual({
      isInstalled: true,
      message: 'focal.orchestration.v1.Turn',
    });
  });
});
