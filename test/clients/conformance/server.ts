import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../cli/command-line';
import { type BuiltServer, startBuiltServer } from '../../support/built-server';
import { FaultProxy } from './fault-proxy';
import type { Row } from './runner';
import { createSteps, faults, type ScriptIds, type Step } from './script';

/** A row of a client, with what the proxy has seen of the step. */
export interface ConformanceRow extends Row {
  /** Number of attempts that reached the proxy. */
  readonly attempts: number;
  /** Whether the first attempt used another connection than the last attempt before it. */
  readonly isNewConnection: boolean;
}

/** The built service, which a script can kill. */
export interface KillableServer {
  /** Runs the script with a client, over a proxy of its own. `runClient` gets the address of the proxy. */
  runScript(
    ids: ScriptIds,
    runClient: (address: string, steps: readonly Step[]) => Promise<readonly Row[]>,
  ): Promise<readonly ConformanceRow[]>;
  stop(): Promise<void>;
}

export async function startKillableServer(): Promise<KillableServer> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const start = (): Promise<BuiltServer> => startBuiltServer({ ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data') });
  let server = start();
  await server;

  async function kill(): Promise<BuiltServer> {
    const { process } = await server;
    const exited = once(process, 'exit');
    process.kill('SIGKILL');
    await exited;
    return start();
  }

  return {
    async runScript(ids, runClient) {
      const put = await run(['put', 'examples/scenarios/refund.yaml', '--timeout', '300'], {
        SCENARIO_ORCHESTRATOR_SERVER: (await server).address,
        SCENARIO_ORCHESTRATOR_TENANT: ids.tenant,
        SCENARIO_ORCHESTRATOR_AGENT: ids.agent,
      });
      if (put.code !== 0) throw new Error(put.stderr);
      const { proxy, address } = await FaultProxy.start({
        getTarget: async () => (await server).address,
        faults,
        restartTarget: () => {
          const restarted = kill();
          server = restarted;
        },
      });
      try {
        const rows = await runClient(address, createSteps(ids));
        return rows.map((row) => ({ ...row, ...summarizeAttempts(proxy, row.step) }));
      } finally {
        await proxy.stop();
      }
    },
    async stop() {
      await (await server).stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function summarizeAttempts(
  { attempts }: FaultProxy,
  step: string,
): Pick<ConformanceRow, 'attempts' | 'isNewConnection'> {
  const first = attempts.findIndex((attempt) => attempt.step === step);
  return {
    attempts: attempts.filter((attempt) => attempt.step === step).length,
    isNewConnection: first > 0 && attempts[first]?.connection !== attempts[first - 1]?.connection,
  };
}
