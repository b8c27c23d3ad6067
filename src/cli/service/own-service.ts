import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endInGoodOrder, startServiceProcess } from './service-process';

/** A service of this program's own. */
export interface OwnService {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Ends it and removes its folder. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts the built service as `npm start` does, in a process of its own: on the embedded store in a temporary folder and a free
 * loopback port. Folder and process go with this process at the latest. Rejects with the service's own words when it does not
 * listen.
 */
export async function startOwnService(env: NodeJS.ProcessEnv): Promise<OwnService> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-own-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const clean = (): void => {
    process.off('exit', remove);
    remove();
  };
  try {
    const settings = { ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data') };
    const { address, child } = await startServiceProcess({ env, settings });
    return {
      address,
      stop: async () => {
        await endInGoodOrder(child);
        clean();
      },
    };
  } catch (error) {
    clean();
    throw error;
  }
}
