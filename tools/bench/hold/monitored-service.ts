import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServiceProcess, stopProcess } from '../../../src/cli/local-service';
import { findFreePort } from '../../redis/free-port';
import type { CleanupStack } from '../cleanup';

export interface MonitoredService {
  readonly port: number;
  /** The port of the monitor of the event loop. */
  readonly monitorPort: number;
  readonly pid: number;
}

/** Starts a service with the embedded store and a monitor of its event loop. `cleanups` stop it. */
export async function startMonitoredService(
  cleanups: CleanupStack,
  settings: NodeJS.ProcessEnv = {},
): Promise<MonitoredService> {
  const folder = cleanups.add(mkdtempSync(join(tmpdir(), 'orchestrator-hold-')), (path) =>
    rmSync(path, { recursive: true, force: true }),
  );
  const monitorPort = await findFreePort();
  const { address, child } = await startServiceProcess({
    env: process.env,
    settings: {
      HOLD_MONITOR_PORT: String(monitorPort),
      ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data'),
      ORCHESTRATOR__SERVER__WARM_UP_TURNS: undefined, // the default of the service
      ...settings,
    },
    preload: join(__dirname, 'hold-monitor.js'),
  });
  cleanups.add(child, stopProcess);
  return { port: Number(address.split(':')[1]), monitorPort, pid: child.pid ?? 0 };
}
