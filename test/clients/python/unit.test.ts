import { join } from 'node:path';
import { childTimeoutMs } from '../../cli/command-line';
import { describeExample } from '../../examples/describe-example';
import { generatePythonPackage, type PythonPackage } from './python-package';

jest.setTimeout(childTimeoutMs);

describeExample('Python', () => {
  let pythonPackage: PythonPackage;
  beforeAll(async () => {
    pythonPackage = await generatePythonPackage();
  });
  afterAll(() => pythonPackage?.remove());

  it('passes the unit tests of the Python client', async () => {
    const { code, stderr } = await pythonPackage.run([
      '-m',
      'unittest',
      'discover',
      join(pythonPackage.folder, 'tests'),
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/\nRan \d{2} tests .*\n\nOK\n$/s) });
  });
});
