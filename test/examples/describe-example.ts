import { spawnSync } from 'node:child_process';
import languages from '../../scripts/example-languages.json';

const isCi = process.env['CI'] === 'true';

/**
 * Describes the tests of an example if its language is installed. Otherwise, defines one test that reports the missing
 * commands. That test fails in CI if apt-get could install the language.
 */
export function describeExample(language: keyof typeof languages, tests: () => void): void {
  const { commands, debianPackages, wanted } = languages[language];
  const missing = commands.filter((command) => !canRun(command)).map((command) => command.join(' '));
  if (missing.length === 0) {
    describe(`the ${language} example`, tests);
    return;
  }
  const packages = `Debian: apt-get install ${debianPackages.join(' ')}`;
  process.stderr.write(
    `\nThe ${language} example is NOT TESTED: ${missing.join(', ')} failed. Install ${wanted} (${packages}).\n\n`,
  );
  test(`the ${language} example is skipped because its toolchain is not installed`, () => {
    expect({ missing, canBeInstalled: isCi && canRun(['apt-get', '--version']) }).toEqual({
      missing,
      canBeInstalled: false,
    });
  });
}

function canRun([program = '', ...args]: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
