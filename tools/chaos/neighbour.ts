import { randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { ProcessTurnRequest } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { PutScenarioRequest } from '../../gen/focal/orchestration/v1/scenario_service';
import { GetSessionRequest } from '../../gen/focal/orchestration/v1/session_service';
import { ScenarioCandidate, Situation, Turn } from '../../gen/focal/orchestration/v1/turn';
import { buildAnytime, toAttackId } from '../bench/hold/attack-scenarios';
import { RawClient } from './raw-client';

// The threads of one tenant that uses the service as much as its limits allow, so that its client does not delay the clients that are
// measured. The messages 'start' and 'stop' begin and end a round; the thread answers with the counts of all calls so far.

export interface NeighbourOptions {
  readonly port: number;
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

const orchestrator = '/focal.orchestration.v1.OrchestratorService';
const putScenarioMethod = '/focal.orchestration.v1.ScenarioService/PutScenario';
const getSessionMethod = '/focal.orchestration.v1.SessionService/GetSession';
const timeoutMs = 60_000;
const largeValue = 'x'.repeat(100 * 1_024);

class Neighbour {
  readonly counts: Record<string, number> = {};
  private readonly tenantId = randomUUID();
  private readonly agentId = randomUUID();
  private readonly workSessionId = randomUUID();
  private readonly largeSessionIds: readonly string[];
  private readonly client: RawClient;
  private running: readonly Promise<void>[] = [];
  private isStopped = true;

  constructor(private readonly options: NeighbourOptions) {
    this.client = new RawClient(options.port);
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

  start(): void {
    this.isStopped = false;
    const kinds = Object.entries(this.options.callers) as [NeighbourCall, number][];
    this.running = kinds.flatMap(([kind, count]) =>
      Array.from({ length: count }, (_, index) => this.repeat(kind, index)),
    );
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.running);
  }

  private async repeat(kind: NeighbourCall, index: number): Promise<void> {
    while (!this.isStopped) {
      const { method, request } = calls[kind](this, index);
      const result = await this.client.callUnary(method, request, { timeoutMs });
      const label = `${kind}: ${'failure' in result ? result.failure.status : 'OK'}`;
      this.counts[label] = (this.counts[label] ?? 0) + 1;
    }
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
    const result = await this.client.callUnary(method, request, { timeoutMs });
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
  port.on('message', (message: 'start' | 'stop') => {
    if (message === 'start') neighbour.start();
    else void neighbour.stop().then(() => port.postMessage(neighbour.counts));
  });
  port.postMessage(neighbour.counts);
}

if (parentPort !== null) void run(parentPort);
