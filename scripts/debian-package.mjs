// Programs that are no npm packages, from Debian's packages where that may be done.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { fail, output, run } from './run.mjs';

/**
 * What `program --version` says. Where there is no such program, installs the Debian package that has it, or ends with a line
 * that says what to install: `wanted` is its name and version for people.
 */
export function ensureProgram(program, debianPackage, wanted) {
  const version = () => output(program, ['--version']);
  if (version() === undefined) install(debianPackage, wanted);
  return version() ?? fail(`${program}: was installed and does not run`);
}

function install(debianPackage, wanted) {
  if (process.getuid?.() !== 0 || output('apt-get', ['--version']) === undefined) {
    fail(`missing: ${wanted}; install it (Debian: apt-get install ${debianPackage}) and try again`);
  }
  console.log(`installing the Debian package ${debianPackage}`);
  // Debian starts a service as it installs it, unless this file says no (101); nothing but what the tests start shall run.
  const policy = '/usr/sbin/policy-rc.d';
  if (!existsSync(policy)) {
    writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    process.on('exit', () => rmSync(policy, { force: true }));
  }
  const quiet = { env: { DEBIAN_FRONTEND: 'noninteractive' }, stdio: ['ignore', 'ignore', 'inherit'] };
  run('apt-get', ['-qq', 'update'], quiet);
  run('apt-get', ['-qq', 'install', '--yes', '--no-install-recommends', debianPackage], quiet);
}
