import { spawnSync } from 'node:child_process';
import languages from '../../scripts/example-languages.json';

const inCi = process.env['CI'] === 'true';

/**
 * The tests of an example, where its language is there. Where it is not, one test says what is missing; it fails in CI, unless
 * the machine has no apt-get to install it with.
 */
export function describeExample(language: keyof typeof languages, tests: () => void): void {
  const { commands, debianPackages, wanted } = languages[language];
  const missing = commands.filter((command) => !runs(command)).map((command) => command.join(' '));
  if (missing.length === 0) {
    describe(`the ${language} example`, tests);
    return;
  }
  const packages = `Debian: apt-get install ${debianPackages.join(' ')}`;
  process.stderr.write(
    `\nThe ${language} example is NOT TESTED: ${missing.join(', ')} failed. It needs ${wanted} (${packages}).\n\n`,
  );
  test(`the ${language} example is left out, as this machine has not what it needs`, () => {
    expect({ missing, couldBeInstalled: inCi && runs(['apt-get', '--version']) }).toEqual({
      missing,
      couldBeInstalled: false,
    });
  });
}

function runs([program = '', ...args]: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
