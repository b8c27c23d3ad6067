// Ensures that programs are present that are not npm packages. Installs them from Debian packages if this process is root.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { fail, getOutput, run } from './run.mjs';

/**
 * Returns the output of `program --version`. Installs the Debian package if the program is missing, or exits with a message that names
 * `wanted`, the name and version of the program.
 */
export function ensureProgram(program, debianPackage, wanted) {
  const getVersion = () => getOutput(program, ['--version']);
  if (getVersion() === undefined) {
    if (!canInstall()) fail(formatMissing(wanted, [debianPackage]));
    install([debianPackage]);
  }
  return getVersion() ?? fail(`${program} was installed but does not run`);
}

/**
 * Installs the programs of an example if they are missing. The programs are present if all `commands` succeed. Prints a message if they
 * are missing and cannot be installed. Returns whether they are present.
 */
export function tryInstallPrograms(commands, debianPackages, wanted) {
  const arePresent = () => commands.every(([program, ...args]) => getOutput(program, args) !== undefined);
  if (!arePresent() && canInstall()) install(debianPackages);
  if (!arePresent()) console.error(formatMissing(wanted, debianPackages));
  return arePresent();
}

function canInstall() {
  return process.getuid?.() === 0 && getOutput('apt-get', ['--version']) !== undefined;
}

function formatMissing(wanted, debianPackages) {
  return `missing: ${wanted}. Install it (Debian: apt-get install ${debianPackages.join(' ')}).`;
}

function install(debianPackages) {
  console.log(`installing Debian packages: ${debianPackages.join(' ')}`);
  // With exit code 101 this file keeps Debian from starting an installed service.
  const policy = '/usr/sbin/policy-rc.d';
  if (!existsSync(policy)) {
    writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    process.on('exit', () => rmSync(policy, { force: true }));
  }
  const quiet = { env: { DEBIAN_FRONTEND: 'noninteractive' }, stdio: ['ignore', 'ignore', 'inherit'] };
  run('apt-get', ['-qq', 'update'], quiet);
  run('apt-get', ['-qq', 'install', '--yes', '--no-install-recommends', ...debianPackages], quiet);
}
