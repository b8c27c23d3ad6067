// Makes sure that a redis-server program is there for the tests, which start their own instances on free ports.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { fail, output, run } from './run.mjs';

const version = () => output('redis-server', ['--version'])?.match(/v=(\S+)/)?.[1];

if (version() === undefined) {
  if (process.getuid?.() !== 0 || output('apt-get', ['--version']) === undefined) {
    fail(
      'redis: no redis-server on the PATH; install Redis 6.2 or later (Debian: apt-get install redis-server) and try again',
    );
  }
  console.log('redis: installing the Debian package redis-server');
  // Debian starts a service as it installs it, unless this file says no (101); nothing but the tests' own instances shall run.
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  process.on('exit', () => ours && rmSync(policy, { force: true }));
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['-qq', 'update'], { env });
  run('apt-get', ['-qq', 'install', '--yes', '--no-install-recommends', 'redis-server'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
console.log(`redis: redis-server ${version() ?? fail('redis: redis-server was installed and does not run')}`);
