import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { DeleteSessionRequest, DeleteSessionResponse } from '../../../gen/focal/orchestration/v1/session_service';
import { Turn } from '../../../gen/focal/orchestration/v1/turn';
import { RedisProcess } from '../../redis/redis-process';
import { type Deployment, type DeploymentOptions, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome, Violation } from '../experiment';
import { waitForAcknowledged, withLoad } from '../load';
import { addOutcomes, withViolations } from '../outcome';
import { agent } from '../random-turns';
import type { RawClient } from '../raw-client';
import { SeededRandom } from '../seeded-random';
import { TurnSender } from '../turn-sender';
import { readSessionBytes, toOutcome } from '../verification';

export interface FillSessionsParameters {
  /** Number of times that a full session is refused a turn, made smaller, and filled again. */
  readonly cycles: number;
}

const processTurnMethod = '/focal.orchestration.v1.OrchestratorService/ProcessTurn';
const deleteSessionMethod = '/focal.orchestration.v1.SessionService/DeleteSession';
const timeoutMs = 60_000;
const slowSender = { timeoutMs, giveUpAfterMs: 240_000 };

/** The only status with which a turn of another session may fail: a busy machine may miss a deadline. It is retried. */
const allowedStatus = 'DEADLINE_EXCEEDED';

type Variables = Readonly<Record<string, string | null>>;

/** A way to fill a session up to a limit of the default settings. */
interface Filling {
  readonly limit: 'session_bytes' | 'session_variables';
  /** The turns that fill the session. */
  readonly fill: readonly Variables[];
  /** The variable that does not fit any more. */
  readonly extra: Variables;
}

const fillings: readonly Filling[] = [
  {
    limit: 'session_bytes', // 1 MiB: ten values of 100 KiB leave less than 50 KB.
    fill: Array.from({ length: 10 }, (_, index) => ({ [`v${index}`]: 'x'.repeat(100 * 1_024) })),
    extra: { extra: 'x'.repeat(50_000) },
  },
  {
    limit: 'session_variables', // 2,000, of which a turn can send 500.
    fill: Array.from({ length: 4 }, (_, part) =>
      Object.fromEntries(Array.from({ length: 500 }, (__, index) => [`v${part}_${index}`, 'x'])),
    ),
    extra: { extra: 'x' },
  },
];

/** Brings sessions to their limits and keeps them there, under load on other sessions: two nodes on one Redis, then the embedded store. */
export async function fillSessions(context: ExperimentContext, parameters: FillSessionsParameters): Promise<Outcome> {
  const redis = await RedisProcess.start();
  let onRedis: Outcome;
  try {
    onRedis = await fillSessionsOn({ store: { kind: 'redis', port: redis.port }, nodeCount: 2 }, context, parameters);
  } finally {
    await redis.stop();
  }
  const onEmbedded = await fillSessionsOn({ store: { kind: 'embedded' }, nodeCount: 1 }, context, parameters);
  return addOutcomes(onRedis, onEmbedded);
}

async function fillSessionsOn(
  options: DeploymentOptions,
  { seed, reportProgress }: ExperimentContext,
  { cycles }: FillSessionsParameters,
): Promise<Outcome> {
  return await withDeployment(options, async (deployment) => {
    const random = new SeededRandom(seed);
    const sessions = fillings.map((filling) => new FullSession(filling, deployment, random.fork()));
    const violations: Violation[] = [];
    await withLoad(deployment, random.fork(), async () => {
      for (const session of sessions) await session.fill();
      for (let cycle = 1; cycle <= cycles; cycle += 1) {
        await Promise.all(sessions.map((session) => session.runCycle()));
        reportProgress(`${cycle} of ${cycles} cycles on ${options.store.kind}`);
      }
      await waitForAcknowledged(deployment.turnLog, 10);
      violations.push(...findFailures(deployment));
      // The limit holds for a session that is read from the store, too.
      for (const node of deployment.nodes) {
        await node.kill();
        await node.start();
      }
      await Promise.all(sessions.map((session) => session.runCycle()));
    });
    const verified = await toOutcome(deployment, {
      'sessions at a limit': sessions.length,
      'turns refused': sessions.reduce((sum, { refusedCount }) => sum + refusedCount, 0),
      'refused turns applied after a deletion': sessions.reduce((sum, { appliedCount }) => sum + appliedCount, 0),
    });
    for (const session of sessions) violations.push(...session.violations, ...(await session.erase()));
    const erased = { 'sessions at a limit erased': sessions.filter(({ isErased }) => isErased).length };
    return withViolations({ ...verified, counts: { ...erased, ...verified.counts } }, violations);
  });
}

function findFailures({ turnLog }: Deployment): readonly Violation[] {
  return [...turnLog.counts.failures]
    .filter(([status]) => status !== allowedStatus)
    .map(([status, count]) => ({
      kind: 'expectation',
      text: `${count} calls of other sessions failed with ${status}`,
    }));
}

/** A session at a limit. */
class FullSession {
  readonly violations: Violation[] = [];
  refusedCount = 0;
  appliedCount = 0;
  isErased = false;
  private readonly sessionId: string;
  private readonly sender: TurnSender;

  constructor(
    private readonly filling: Filling,
    private readonly deployment: Deployment,
    private readonly random: SeededRandom,
  ) {
    this.sessionId = random.nextUuid();
    this.sender = new TurnSender(deployment.turnLog, slowSender);
  }

  async fill(): Promise<void> {
    for (const variables of this.filling.fill) await this.apply(this.createTurn(variables));
  }

  /**
   * A turn that would exceed the limit is refused, as is its retry. A turn that keeps the size is applied. When a value has been deleted,
   * the refused turn is applied.
   */
  async runCycle(): Promise<void> {
    const { extra, fill } = this.filling;
    const [first = {}] = fill;
    const [name = '', value = ''] = Object.entries(first)[0] ?? [];
    const refused = this.createTurn(extra);
    await this.refuse(refused);
    await this.refuse(refused);
    await this.apply(this.createTurn({ [name]: 'y'.repeat(value?.length ?? 0) }));
    await this.apply(this.createTurn({ [name]: null }));
    await this.apply(refused);
    this.appliedCount += 1;
    await this.apply(this.createTurn({ extra: null }));
    await this.apply(this.createTurn({ [name]: value }));
  }

  /** Deletes the session, which must then not exist. */
  async erase(): Promise<readonly Violation[]> {
    const { sessionId } = this;
    const client = this.pickClient();
    const request = DeleteSessionRequest.encode({ tenantId: agent.tenantId, sessionId }).finish();
    const result = await client.callUnary(deleteSessionMethod, request, { timeoutMs });
    const existed = 'response' in result && DeleteSessionResponse.decode(result.response.bytes).existed;
    this.isErased = existed && (await readSessionBytes(sessionId, client)) === undefined;
    return this.isErased ? [] : [this.toViolation('was not erased')];
  }

  private createTurn(sessionVariables: Variables): { readonly turnId: string; readonly request: Uint8Array } {
    const turnId = this.random.nextUuid();
    const turn = Turn.fromPartial({
      ...agent,
      sessionId: this.sessionId,
      turnId,
      occurredAt: fixedTime,
      sessionVariables,
    });
    return { turnId, request: ProcessTurnRequest.encode(ProcessTurnRequest.fromPartial({ turn })).finish() };
  }

  private async apply({ turnId, request }: ReturnType<FullSession['createTurn']>): Promise<void> {
    const turn = this.deployment.turnLog.add(this.sessionId, turnId, request);
    await this.sender.sendUntilAcknowledged(turn, () => this.pickClient());
  }

  /** Sends a turn that is not in the turn log: if it is recorded, the verification reports a turn that was never sent. */
  private async refuse({ turnId, request }: ReturnType<FullSession['createTurn']>): Promise<void> {
    for (;;) {
      const result = await this.pickClient().callUnary(processTurnMethod, request, { timeoutMs });
      if ('response' in result) {
        this.violations.push(this.toViolation(`turn ${turnId} was applied above the limit`));
        return;
      }
      const { status, details } = result.failure;
      if (status === allowedStatus || status === 'UNAVAILABLE') continue;
      if (status !== 'FAILED_PRECONDITION' || !details.includes(`limits.${this.filling.limit}`)) {
        this.violations.push(this.toViolation(`turn ${turnId} was refused with ${status}: ${details}`));
      }
      this.refusedCount += 1;
      return;
    }
  }

  private pickClient(): RawClient {
    return this.random.pick(this.deployment.clients);
  }

  private toViolation(problem: string): Violation {
    return { kind: 'expectation', text: `session ${this.sessionId} at limits.${this.filling.limit}: ${problem}` };
  }
}

const fixedTime = new Date(Date.UTC(2026, 0, 5, 9));
