import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { ProcessTurnRequest } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { PutScenarioRequest } from '../../gen/focal/orchestration/v1/scenario_service';
import { GetSessionRequest } from '../../gen/focal/orchestration/v1/session_service';
import { ScenarioCandidate, Situation, Turn } from '../../gen/focal/orchestration/v1/turn';
import { buildAnytime, toAttackId } from '../bench/hold/attack-scenarios';
import { RawClient } from './raw-client';

// The thread of one tenant that uses the service as much as its limits allow, so that its client does not delay the clients that are
// measured. It has the same scenario and sessions on one or several nodes. The messages begin and end a round; the thread answers the end
// with the counts of the calls of the round.

export interface NeighbourOptions {
  /** The nodes, which share a store. */
  readonly ports: readonly number[];
  /** Number of calls of each kind that are in flight at any time. */
  readonly callers: Readonly<Record<NeighbourCall, number>>;
}

export type NeighbourCall =
  | 'work-limit turns'
  | 'turns of sessions of 1 MiB'
  | 'reads of sessions of 1 MiB'
  | 'small turns';

/** Number of calls by kind and status. */
export type NeighbourCounts = Readonly<Record<string, number>>;

export type NeighbourMessage =
  /** Starts a round on a node. With intervals, a caller starts a call of a kind once in so many milliseconds; by default it never pauses. */
  | {
      readonly kind: 'start';
      readonly node: number;
      readonly intervalsMs?: Readonly<Record<NeighbourCall, number>> | undefined;
    }
  | { readonly kind: 'stop' };

const orchestrator = '/focal.orchestration.v1.OrchestratorService';
const putScenarioMethod = '/focal.orchestration.v1.ScenarioService/PutScenario';
const getSessionMethod = '/focal.orchestration.v1.SessionService/GetSession';
const timeoutMs = 60_000;
/** The end of a round ends a longer pause between two calls. */
const maxSleepMs = 100;
const largeValue = 'x'.repeat(100 * 1_024);

class Neighbour {
  private counts: Record<string, number> = {};
  private readonly tenantId = randomUUID();
  private readonly agentId = randomUUID();
  private readonly workSessionId = randomUUID();
  private readonly largeSessionIds: readonly string[];
  private readonly clients: readonly RawClient[];
  private running: readonly Promise<void>[] = [];
  private isStopped = true;

  constructor(private readonly options: NeighbourOptions) {
    this.clients = options.ports.map((port) => new RawClient(port));
    const count = options.callers['turns of sessions of 1 MiB'];
    this.largeSessionIds = Array.from({ length: Math.max(1, count) }, () => randomUUID());
  }

  /** Stores a scenario whose turns need more work than is allowed, and sessions of almost the maximum size. */
  async prepare(): Promise<void> {
    const macro = (index: number): string => `facts.l.exists(a, facts.l.exists(b, a + b == -${index + 1}.0))`;
    const { tenantId, agentId } = this;
    const scenario = buildAnytime(500, macro);
    const request = PutScenarioRequest.encode(PutScenarioRequest.fromPartial({ tenantId, agentId, scenario }));
    await this.require(putScenarioMethod, request.finish());
    const candidates = [ScenarioCandidate.fromPartial({ scenarioId: toAttackId(0), score: 1 })];
    await this.require(`${orchestrator}/ProcessTurn`, this.createTurn({ sessionId: this.workSessionId, candidates }));
    for (const sessionId of this.largeSessionIds) {
      for (let index = 0; index < 10; index += 1) {
        const sessionVariables = { [`v${index}`]: largeValue };
        await this.require(`${orchestrator}/ProcessTurn`, this.createTurn({ sessionId, sessionVariables }));
      }
    }
  }

  start({ node, intervalsMs }: NeighbourMessage & { readonly kind: 'start' }): void {
    this.isStopped = false;
    this.counts = {};
    const client = this.getClient(node);
    const kinds = Object.entries(this.options.callers) as [NeighbourCall, number][];
    this.running = kinds.flatMap(([kind, count]) =>
      Array.from({ length: count }, (_, index) => this.repeat(client, kind, index, intervalsMs?.[kind] ?? 0)),
    );
  }

  async stop(): Promise<NeighbourCounts> {
    this.isStopped = true;
    await Promise.all(this.running);
    return this.counts;
  }

  private async repeat(client: RawClient, kind: NeighbourCall, index: number, intervalMs: number): Promise<void> {
    for (let next = performance.now() + Math.random() * intervalMs; !this.isStopped; next += intervalMs) {
      const pauseMs = intervalMs === 0 ? 0 : next - performance.now();
      if (pauseMs > 0) await sleep(Math.min(pauseMs, maxSleepMs));
      if (pauseMs > maxSleepMs) {
        next -= intervalMs;
        continue;
      }
      const { method, request } = calls[kind](this, index);
      const result = await client.callUnary(method, request, { timeoutMs });
      const label = `${kind}: ${'failure' in result ? result.failure.status : 'OK'}`;
      this.counts[label] = (this.counts[label] ?? 0) + 1;
    }
  }

  private getClient(node: number): RawClient {
    const client = this.clients[node];
    if (client === undefined) throw new Error(`The neighbour has no node ${node}.`);
    return client;
  }

  createTurn(content: Partial<Turn>): Uint8Array {
    const { tenantId, agentId } = this;
    const turn = Turn.fromPartial({ tenantId, agentId, sessionId: randomUUID(), turnId: randomUUID(), ...content });
    return ProcessTurnRequest.encode(ProcessTurnRequest.fromPartial({ turn })).finish();
  }

  createWorkLimitTurn(): Uint8Array {
    const l = Array.from({ length: 1_000 }, (_, index) => index);
    return this.createTurn({ sessionId: this.workSessionId, situation: Situation.fromPartial({ facts: { l } }) });
  }

  createLargeTurn(index: number): Uint8Array {
    return this.createTurn({
      sessionId: this.pickLargeSession(index),
      sessionVariables: { small: String(Math.random()) },
    });
  }

  createLargeRead(index: number): Uint8Array {
    const request = GetSessionRequest.fromPartial({ tenantId: this.tenantId, sessionId: this.pickLargeSession(index) });
    return GetSessionRequest.encode(request).finish();
  }

  private pickLargeSession(index: number): string {
    return this.largeSessionIds[index % this.largeSessionIds.length] ?? '';
  }

  private async require(method: string, request: Uint8Array): Promise<void> {
    const result = await this.getClient(0).callUnary(method, request, { timeoutMs });
    if ('failure' in result) throw new Error(`A call that prepares the neighbour failed: ${result.failure.details}`);
  }
}

interface Call {
  readonly method: string;
  readonly request: Uint8Array;
}

const processTurnMethod = `${orchestrator}/ProcessTurn`;

const calls: Readonly<Record<NeighbourCall, (neighbour: Neighbour, index: number) => Call>> = {
  'work-limit turns': (neighbour) => ({ method: processTurnMethod, request: neighbour.createWorkLimitTurn() }),
  'turns of sessions of 1 MiB': (neighbour, index) => ({
    method: processTurnMethod,
    request: neighbour.createLargeTurn(index),
  }),
  'reads of sessions of 1 MiB': (neighbour, index) => ({
    method: getSessionMethod,
    request: neighbour.createLargeRead(index),
  }),
  'small turns': (neighbour) => ({ method: processTurnMethod, request: neighbour.createTurn({}) }),
};

async function run(port: NonNullable<typeof parentPort>): Promise<void> {
  const neighbour = new Neighbour(workerData as NeighbourOptions);
  await neighbour.prepare();
  port.on('message', (message: NeighbourMessage) => {
    if (message.kind === 'start') neighbour.start(message);
    else void neighbour.stop().then((counts) => port.postMessage(counts));
  });
  port.postMessage('ready');
}

if (parentPort !== null) void run(parentPort);
