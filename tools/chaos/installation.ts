import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, insecure } from 'scenario-orchestrator-client';
import type { Scenario, StoredScenario } from '../../gen/focal/orchestration/v1/scenario';
import { PutScenarioRequest } from '../../gen/focal/orchestration/v1/scenario_service';
import { loadScenarioFiles } from '../../src/cli/files';
import type { Catalogue } from '../../src/core/scenario/catalogue';
import { catalogueOf } from './folded-session';
import { Ledger } from './ledger';
import { agent } from './random-turns';
import { RawClient } from './raw-client';
import { ServiceNode } from './service-node';
import { TcpProxy } from './tcp-proxy';

const scenarioFolder = join(__dirname, '..', '..', 'examples', 'scenarios');
const readyWithinMs = 10_000;

/** What the nodes of an installation stand on. */
export type StoreOfNodes =
  | { readonly kind: 'embedded' }
  /** The port of a Redis; with `proxied` each node reaches it through a proxy of its own. */
  | { readonly kind: 'redis'; readonly port: number; readonly proxied?: boolean }
  /** The ports of the nodes of a Redis Cluster. */
  | { readonly kind: 'cluster'; readonly ports: readonly number[] };

/** Nodes of the service on one store, with scenarios in the catalogue and the books of those who call them. */
export interface Installation {
  readonly nodes: readonly ServiceNode[];
  /** One for each node. */
  readonly clients: readonly RawClient[];
  /** Between each node and its Redis, where that is proxied. */
  readonly proxies: readonly TcpProxy[];
  readonly scenarios: readonly Scenario[];
  readonly catalogue: Catalogue;
  readonly ledger: Ledger;
}

/** How many nodes, and with which settings besides those of the store. */
export interface InstallationOptions {
  readonly store: StoreOfNodes;
  readonly nodes: number;
  readonly settings?: NodeJS.ProcessEnv;
}

/** Starts an installation, does something with it, and ends everything that was started, however that went. */
export async function withInstallation<T>(
  options: InstallationOptions,
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const closers: (() => unknown)[] = [];
  try {
    return await work(await start(options, closers));
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function start(
  { store, nodes: count, settings }: InstallationOptions,
  closers: (() => unknown)[],
): Promise<Installation> {
  const nodes: ServiceNode[] = [];
  const clients: RawClient[] = [];
  const proxies: TcpProxy[] = [];
  let stored: readonly StoredScenario[] = [];
  while (nodes.length < count) {
    const ofStore = await storeSettings(store, proxies, closers);
    const node = await ServiceNode.start({ ...common, ...ofStore, ...settings });
    closers.push(() => node.stop());
    nodes.push(node);
    // Before any other node starts: one that runs already may take a second to learn of them.
    if (nodes.length === 1) stored = await putScenarios(node.port);
    const client = new RawClient(node.port);
    closers.push(() => client.close());
    await client.ready(readyWithinMs);
    clients.push(client);
  }
  const scenarios = stored.flatMap(({ scenario }) => scenario ?? []);
  return { nodes, clients, proxies, scenarios, catalogue: catalogueOf(stored), ledger: new Ledger() };
}

/** More turns than any session of an experiment has, so that all of them can be read back. */
const common: NodeJS.ProcessEnv = { ORCHESTRATOR__LIMITS__RECORDED_TURNS: '100000' };

async function storeSettings(
  store: StoreOfNodes,
  proxies: TcpProxy[],
  closers: (() => unknown)[],
): Promise<NodeJS.ProcessEnv> {
  if (store.kind === 'embedded') {
    const folder = mkdtempSync(join(tmpdir(), 'orchestrator-chaos-'));
    const clean = (): void => rmSync(folder, { recursive: true, force: true });
    process.once('exit', clean);
    closers.push(() => {
      process.off('exit', clean);
      clean();
    });
    return { ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data') };
  }
  if (store.kind === 'cluster') {
    return { ORCHESTRATOR__REDIS__CLUSTER: store.ports.map((port) => `127.0.0.1:${port}`).join(',') };
  }
  let { port } = store;
  if (store.proxied) {
    const proxy = await TcpProxy.start(port);
    closers.push(() => proxy.stop());
    proxies.push(proxy);
    port = proxy.port;
  }
  return { ORCHESTRATOR__REDIS__URL: `redis://127.0.0.1:${port}` };
}

/** Puts the example scenarios into the catalogue. */
async function putScenarios(port: number): Promise<readonly StoredScenario[]> {
  const client = connect(`127.0.0.1:${port}`, { credentials: insecure() });
  try {
    const stored: StoredScenario[] = [];
    for (const { message: scenario } of loadScenarioFiles([scenarioFolder]).scenarios) {
      const response = await client.putScenario(PutScenarioRequest.fromPartial({ ...agent, scenario }));
      if (response.stored !== undefined) stored.push(response.stored);
    }
    return stored;
  } finally {
    client.close();
  }
}
