import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scenario, StoredScenario } from '../../gen/focal/orchestration/v1/scenario';
import { PutScenarioRequest, PutScenarioResponse } from '../../gen/focal/orchestration/v1/scenario_service';
import { loadScenarioFiles } from '../../src/cli/files';
import { startServiceProcess, stopProcess } from '../../src/cli/local-service';
import type { Catalogue } from '../../src/core/scenario/catalogue';
import { findFreePort } from '../redis/free-port';
import { agent } from './random-turns';
import { RawClient } from './raw-client';
import { TcpProxy } from './tcp-proxy';
import { TurnLog } from './turn-log';
import { buildCatalogue } from './verify-session';

const scenarioFolder = join(__dirname, '..', '..', 'examples', 'scenarios');
const readyTimeoutMs = 10_000;
const putScenarioMethod = '/focal.orchestration.v1.ScenarioService/PutScenario';
const putTimeoutMs = 60_000;

/** The store that the nodes share. */
export type DeploymentStore =
  | { readonly kind: 'embedded' }
  /** The port of a Redis. With `proxied`, each node connects through its own proxy. */
  | { readonly kind: 'redis'; readonly port: number; readonly proxied?: boolean }
  /** The ports of the nodes of a Redis Cluster. */
  | { readonly kind: 'cluster'; readonly ports: readonly number[] };

export interface DeploymentOptions {
  readonly store: DeploymentStore;
  readonly nodeCount: number;
  /** Settings in addition to those of the store, as environment variables. */
  readonly settings?: NodeJS.ProcessEnv;
  /** Settings of one node, by its index. */
  readonly nodeSettings?: (node: number) => NodeJS.ProcessEnv;
  /** The path of a module that each node loads before the service. */
  readonly preload?: string;
  /** Creates the client of a node. Default: a RawClient. */
  readonly createClient?: (port: number) => RawClient;
}

/** Service nodes that share a store and a catalogue, and the log of the turns that are sent to them. */
export interface Deployment {
  readonly nodes: readonly ServiceNode[];
  /** One client per node. */
  readonly clients: readonly RawClient[];
  /** One proxy per node if the store is proxied; otherwise empty. */
  readonly proxies: readonly TcpProxy[];
  readonly scenarios: readonly Scenario[];
  readonly catalogue: Catalogue;
  readonly turnLog: TurnLog;
}

/** Starts a deployment, and stops it after `action`. */
export async function withDeployment<T>(
  options: DeploymentOptions,
  action: (deployment: Deployment) => Promise<T>,
): Promise<T> {
  const cleanups: (() => unknown)[] = [];
  try {
    return await action(await startDeployment(options, cleanups));
  } finally {
    for (const cleanUp of cleanups.reverse()) await cleanUp();
  }
}

async function startDeployment(
  {
    store,
    nodeCount,
    settings,
    nodeSettings,
    preload,
    createClient = (port) => new RawClient(port),
  }: DeploymentOptions,
  cleanups: (() => unknown)[],
): Promise<Deployment> {
  const nodes: ServiceNode[] = [];
  const clients: RawClient[] = [];
  const proxies: TcpProxy[] = [];
  let storedScenarios: readonly StoredScenario[] = [];
  while (nodes.length < nodeCount) {
    const storeSettings = await createStoreSettings(store, proxies, cleanups);
    const ownSettings = nodeSettings?.(nodes.length);
    const node = await ServiceNode.start({ ...commonSettings, ...storeSettings, ...settings, ...ownSettings }, preload);
    cleanups.push(() => node.stop());
    nodes.push(node);
    const client = createClient(node.port);
    cleanups.push(() => client.close());
    await client.waitForReady(readyTimeoutMs);
    clients.push(client);
    // Stores the scenarios before the other nodes start, because a running node reads a changed catalogue up to a second later.
    if (nodes.length === 1) storedScenarios = await putScenarios(client);
  }
  const scenarios = storedScenarios.flatMap(({ scenario }) => scenario ?? []);
  return { nodes, clients, proxies, scenarios, catalogue: buildCatalogue(storedScenarios), turnLog: new TurnLog() };
}

/** Allows more recorded turns than a session of any experiment has, so that all turns can be verified. */
const commonSettings: NodeJS.ProcessEnv = {
  ORCHESTRATOR__LIMITS__RECORDED_TURNS: '100000',
  ORCHESTRATOR__LIMITS__REPLAYABLE_TURNS: '10000',
  ORCHESTRATOR__LIMITS__RECORDED_BYTES: '1073741824',
  ORCHESTRATOR__LIMITS__RECORDED_AGE: '3650d',
};

async function createStoreSettings(
  store: DeploymentStore,
  proxies: TcpProxy[],
  cleanups: (() => unknown)[],
): Promise<NodeJS.ProcessEnv> {
  if (store.kind === 'embedded') {
    const folder = mkdtempSync(join(tmpdir(), 'orchestrator-chaos-'));
    const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
    process.once('exit', removeFolder);
    cleanups.push(() => {
      process.off('exit', removeFolder);
      removeFolder();
    });
    return { ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data') };
  }
  if (store.kind === 'cluster') {
    return { ORCHESTRATOR__REDIS__CLUSTER: store.ports.map((port) => `127.0.0.1:${port}`).join(',') };
  }
  let { port } = store;
  if (store.proxied) {
    const proxy = await TcpProxy.start(port);
    cleanups.push(() => proxy.stop());
    proxies.push(proxy);
    port = proxy.port;
  }
  return { ORCHESTRATOR__REDIS__URL: `redis://127.0.0.1:${port}` };
}

/** Stores the example scenarios. */
async function putScenarios(client: RawClient): Promise<readonly StoredScenario[]> {
  const storedScenarios: StoredScenario[] = [];
  for (const { message: scenario } of loadScenarioFiles([scenarioFolder]).scenarios) {
    const request = PutScenarioRequest.encode(PutScenarioRequest.fromPartial({ ...agent, scenario })).finish();
    const result = await client.callUnary(putScenarioMethod, request, { timeoutMs: putTimeoutMs });
    if ('failure' in result) throw new Error(`PutScenario failed: ${result.failure.status}, ${result.failure.details}`);
    const { stored } = PutScenarioResponse.decode(result.response.bytes);
    if (stored !== undefined) storedScenarios.push(stored);
  }
  return storedScenarios;
}

/** A place where a node kills itself; see failpoint.ts. */
export type Failpoint = 'before-commit' | 'after-commit' | 'mid-stream';

export interface FailpointSetting {
  readonly failpoint: Failpoint;
  /** Turns (or events of one stream) that pass the failpoint before the crash. */
  readonly skipCount: number;
}

/** A service process that can be killed and started again on the same port. */
export class ServiceNode {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly settings: NodeJS.ProcessEnv,
    private readonly preload: string | undefined,
  ) {}

  static async start(settings: NodeJS.ProcessEnv, preload?: string): Promise<ServiceNode> {
    const port = await findFreePort();
    const node = new ServiceNode(port, { ...settings, ORCHESTRATOR__SERVER__PORT: String(port) }, preload);
    await node.start();
    return node;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts the process on its port, optionally with a failpoint that is hit once. */
  async start(setting?: FailpointSetting): Promise<void> {
    const variables = setting && {
      CHAOS_FAILPOINT: setting.failpoint,
      CHAOS_FAILPOINT_AFTER: String(setting.skipCount),
    };
    const preload = setting === undefined ? this.preload : join(__dirname, 'failpoint.js');
    const { child } = await startServiceProcess({
      env: process.env,
      settings: { ...this.settings, ...variables },
      ...(preload !== undefined && { preload }),
    });
    this.child = child;
  }

  /** Resolves when the process has ended: to the signal that ended it, or to null if it exited. */
  async waitForExit(): Promise<NodeJS.Signals | null> {
    const { child } = this;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child?.signalCode ?? null;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Sends SIGKILL. Resolves when the process has ended. */
  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.waitForExit();
  }

  /** Sends SIGTERM. Resolves to the exit code, or null if the process had to be killed after ten seconds. */
  async stop(): Promise<number | null> {
    if (this.child === undefined) return null;
    await stopProcess(this.child);
    return this.child.exitCode;
  }
}
