import { execFileSync } from 'node:child_process';
import type { ServiceNode } from './service-node';

/** Memory that the nodes have in use, as the system counts it (resident set). */
export function residentBytes(nodes: readonly ServiceNode[]): number {
  const pids = nodes.flatMap(({ pid }) => pid ?? []).join(',');
  const kibibytes = execFileSync('ps', ['-o', 'rss=', '-p', pids], { encoding: 'utf8' }).trim().split(/\s+/);
  return kibibytes.reduce((sum, count) => sum + Number(count) * 1_024, 0);
}
