import { randomUUID } from 'node:crypto';
import { connect, insecure, type OrchestratorClient } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { DeleteSessionRequest } from '../../gen/focal/orchestration/v1/session_service';
import { scenarioToProto } from '../../src/server/codec/wire/scenario-codec';
import { aScenario } from './conversation';
import { type GrpcUnderTest, startGrpc } from './grpc-under-test';
import { asking } from './sample-scenarios';
import { createService, openEmbeddedStores, type ServiceUnderTest } from './service-under-test';

/** A service with one tenant, whose feed is exported. */
export class FeedUnderTest {
  readonly tenantId = randomUUID();
  private readonly agentId = randomUUID();
  private readonly scenarioId = randomUUID();
  private now = Date.UTC(2030, 0, 1);

  private constructor(
    private readonly service: ServiceUnderTest,
    private grpc: GrpcUnderTest,
    readonly client: OrchestratorClient,
  ) {}

  static async start(): Promise<FeedUnderTest> {
    const service = createService(openEmbeddedStores());
    const grpc = await startGrpc(service.useCases);
    const feed = new FeedUnderTest(
      service,
      grpc,
      connect(grpc.address, { credentials: insecure(), timeoutMs: 60_000 }),
    );
    const scenario = scenarioToProto({ ...aScenario(asking('refund', ['order'])), scenarioId: feed.scenarioId });
    const { tenantId, agentId } = feed;
    await feed.client.putScenario({ tenantId, agentId, scenario, expectedVersion: undefined });
    return feed;
  }

  /** The environment of a command that calls this service. */
  get env(): NodeJS.ProcessEnv {
    return { SCENARIO_ORCHESTRATOR_SERVER: this.grpc.address, SCENARIO_ORCHESTRATOR_TENANT: this.tenantId };
  }

  /** Plays turns of each session, the sessions at the same time. Each turn is an event. */
  async playTurns(sessions: readonly string[], turnsEach: number): Promise<void> {
    await Promise.all(
      sessions.map(async (sessionId) => {
        for (let turn = 0; turn < turnsEach; turn += 1) await this.playTurn(sessionId);
      }),
    );
  }

  async playTurn(sessionId: string, message = 'my order is late'): Promise<void> {
    this.now += 1_000;
    const { tenantId, agentId, scenarioId } = this;
    await this.client.processTurn(
      ProcessTurnRequest.fromPartial({
        turn: {
          tenantId,
          agentId,
          sessionId,
          turnId: randomUUID(),
          occurredAt: new Date(this.now),
          situation: { message },
          candidates: [{ scenarioId, score: 0.9 }],
        },
      }),
    );
  }

  /** Stops the server, runs `whileDown`, and starts it again at the same address. */
  async restart(whileDown: () => Promise<void>): Promise<void> {
    const port = Number(this.grpc.address.split(':')[1]);
    await this.grpc.stop();
    await whileDown();
    this.grpc = await startGrpc(this.service.useCases, { port });
  }

  async deleteSession(sessionId: string): Promise<void> {
    await this.client.deleteSession(DeleteSessionRequest.fromPartial({ tenantId: this.tenantId, sessionId }));
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.grpc.stop();
    await this.service.close();
  }
}
