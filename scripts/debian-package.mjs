// Programs that are no npm packages, from Debian's packages where that may be done.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { fail, output, run } from './run.mjs';

/**
 * What `program --version` says. Where there is no such program, installs the Debian package that has it, or ends with a line
 * that says what to install: `wanted` is its name and version for people.
 */
export function ensureProgram(program, debianPackage, wanted) {
  const version = () => output(program, ['--version']);
  if (version() === undefined) {
    if (!mayInstall()) fail(missing(wanted, [debianPackage]));
    install([debianPackage]);
  }
  return version() ?? fail(`${program}: was installed and does not run`);
}

/**
 * The same for what only the test of an example needs: `commands` run where everything is there. Where it may not be installed a
 * line says what is missing, and that test says so again. Returns whether it is there.
 */
export function offerPrograms(commands, debianPackages, wanted) {
  const isThere = () => commands.every(([program, ...args]) => output(program, args) !== undefined);
  if (!isThere() && mayInstall()) install(debianPackages);
  if (!isThere()) console.error(missing(wanted, debianPackages));
  return isThere();
}

function mayInstall() {
  return process.getuid?.() === 0 && output('apt-get', ['--version']) !== undefined;
}

function missing(wanted, debianPackages) {
  return `missing: ${wanted}; install it (Debian: apt-get install ${debianPackages.join(' ')}) and try again`;
}

function install(debianPackages) {
  console.log(`installing from Debian: ${debianPackages.join(' ')}`);
  // Debian starts a service as it installs it, unless this file says no (101); nothing but what the tests start shall run.
  const policy = '/usr/sbin/policy-rc.d';
  if (!existsSync(policy)) {
    writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    process.on('exit', () => rmSync(policy, { force: true }));
  }
  const quiet = { env: { DEBIAN_FRONTEND: 'noninteractive' }, stdio: ['ignore', 'ignore', 'inherit'] };
  run('apt-get', ['-qq', 'update'], quiet);
  run('apt-get', ['-qq', 'install', '--yes', '--no-install-recommends', ...debianPackages], quiet);
}
