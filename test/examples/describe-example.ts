import { spawnSync } from 'node:child_process';
import languages from '../../scripts/example-languages.json';

const isCi = process.env['CI'] === 'true';

/**
 * Declares the tests of an example if the toolchain of its language is installed. Otherwise declares one test that reports what is
 * missing. That test fails in CI if apt-get could install it.
 */
export function describeExample(language: keyof typeof languages, tests: () => void): void {
  const { commands, debianPackages, wanted } = languages[language];
  const missing = commands.filter((command) => !succeeds(command)).map((command) => command.join(' '));
  if (missing.length === 0) {
    describe(`the ${language} example`, tests);
    return;
  }
  const packages = `Debian: apt-get install ${debianPackages.join(' ')}`;
  process.stderr.write(
    `\nThe ${language} example is NOT TESTED: ${missing.join(', ')} failed. It needs ${wanted} (${packages}).\n\n`,
  );
  test(`the ${language} example is skipped because its toolchain is missing`, () => {
    expect({ missing, canBeInstalled: isCi && succeeds(['apt-get', '--version']) }).toEqual({
      missing,
      canBeInstalled: false,
    });
  });
}

function succeeds([program = '', ...args]: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
