import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

export interface CoreSources {
  /** The number of cores that the scheduler may use for this process. */
  readonly parallelism: number;
  /** The folder where the control groups are mounted. */
  readonly cgroupFolder: string;
}

const systemSources = (): CoreSources => ({ parallelism: availableParallelism(), cgroupFolder: '/sys/fs/cgroup' });

/**
 * Returns the number of cores that this process may use in full, at least 1: those of its CPU affinity, and not more than the CPU limit of its
 * container. Node.js 20 does not consider the limit, and later versions ignore a limit below one core.
 */
export function countAvailableCores({ parallelism, cgroupFolder }: CoreSources = systemSources()): number {
  const limit = readCpuMax(cgroupFolder) ?? readCfsQuota(cgroupFolder) ?? Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(Math.min(parallelism, limit)));
}

/** The limit of cgroup v2 in cores: `cpu.max` has a quota, or the word max, and a period. */
function readCpuMax(folder: string): number | undefined {
  const [quota, period] = (readText(join(folder, 'cpu.max')) ?? '').split(' ').map(Number);
  return toCores(quota, period);
}

/** The limit of cgroup v1 in cores. A quota of -1 is none. */
function readCfsQuota(folder: string): number | undefined {
  const read = (name: string) => Number(readText(join(folder, 'cpu', name)) ?? Number.NaN);
  return toCores(read('cpu.cfs_quota_us'), read('cpu.cfs_period_us'));
}

function toCores(quota = Number.NaN, period = Number.NaN): number | undefined {
  return quota > 0 && period > 0 ? quota / period : undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
