import { spawnSync } from 'node:child_process';

/** Runs a program as process 1 of its own PID namespace, with its own host name and /proc, as in a container. */
export const isolation = ['unshare', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc'] as const;

/** Whether this process may create namespaces. If not, logs which tests are skipped. Call it once for each group of tests. */
export function canIsolate(): boolean {
  const [program, ...options] = isolation;
  const isPermitted = spawnSync(program, [...options, 'true']).status === 0;
  if (!isPermitted) console.warn('Not tested, because namespaces are not permitted: two containers with one volume.');
  return isPermitted;
}
