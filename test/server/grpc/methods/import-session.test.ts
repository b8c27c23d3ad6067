import {
  OrchestratorServiceService,
  ProcessTurnRequest,
  type ProcessTurnResponse,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { Scenario } from '../../../../gen/focal/orchestration/v1/scenario';
import { ScenarioServiceService } from '../../../../gen/focal/orchestration/v1/scenario_service';
import { PauseReason, ScenarioInstanceStatus } from '../../../../gen/focal/orchestration/v1/session';
import {
  ImportSessionRequest,
  ScenarioAction,
  SessionServiceService,
} from '../../../../gen/focal/orchestration/v1/session_service';
import { callMethod, callRaw, type GrpcUnderTest, getCallError, startGrpc } from '../../../support/grpc-under-test';
import { createRedisNode } from '../../../support/redis-node';
import { delimited, int32, type TurnFields, text, turnRequest } from '../../../support/request-bytes';
import { openService, type ServiceUnderTest } from '../../../support/service-under-test';
import { uuid } from '../../../support/session-builder';
import type { DeepPartial } from '../../codec/partial-message';
import { RedisUnderTest } from '../../stores/redis/redis-under-test';

const { importSession, getSession, deleteSession, listTurns } = SessionServiceService;
const agent = { tenantId: uuid(1), agentId: uuid(2) };
const scenarioId = uuid(11);
const refund = Scenario.fromPartial({
  scenarioId,
  name: 'Refund',
  entryStepId: 'order',
  steps: [
    { stepId: 'order', collectsProfileFields: ['order_id'], transitions: [{ targetStepId: 'confirm' }] },
    { stepId: 'confirm', isCheckpoint: true, transitions: [{ targetStepId: 'end' }] },
    { stepId: 'end', isTerminal: true, templateIds: ['bye'] },
  ],
});

/** Creates two nodes per store: two nodes with one Redis, and the single node of an embedded store twice. */
const kinds: readonly (readonly [string, () => Promise<Nodes>])[] = [
  ['embedded', embeddedNodes],
  ['Redis', redisNodes],
];
interface Nodes {
  readonly services: readonly [ServiceUnderTest, ServiceUnderTest];
  close(): Promise<void>;
}

async function embeddedNodes(): Promise<Nodes> {
  const service = openService();
  return { services: [service, service], close: () => service.close() };
}

async function redisNodes(): Promise<Nodes> {
  const redis = await RedisUnderTest.start();
  const settings = { keyPrefix: redis.nextPrefix(), legacySessionKey: '' };
  const services = [await createRedisNode(redis, settings), await createRedisNode(redis, settings)] as const;
  return {
    services,
    async close() {
      for (const service of services) await service.close();
      await redis.close();
    },
  };
}

describe.each(kinds)('ImportSession on the %s store', (_name, open) => {
  let nodes: Nodes;
  let grpc: GrpcUnderTest;
  let other: GrpcUnderTest;
  let lastSession = 100;
  let lastTurn = 1_000;

  beforeAll(async () => {
    nodes = await open();
    [grpc, other] = [await startGrpc(nodes.services[0].useCases), await startGrpc(nodes.services[1].useCases)];
    await callMethod(grpc, ScenarioServiceService.putScenario, {
      ...agent,
      scenario: refund,
      expectedVersion: undefined,
    });
  });
  afterAll(async () => {
    await grpc.stop();
    await other.stop();
    await nodes.close();
  });

  function aRecord(fields: DeepPartial<ImportSessionRequest> = {}): ImportSessionRequest {
    lastSession += 1;
    const sent: DeepPartial<ImportSessionRequest> = {
      ...agent,
      sessionId: uuid(lastSession),
      activeScenarioId: scenarioId,
      currentStepId: 'confirm',
      visitedSteps: { order: 2, confirm: 1 },
      variables: { order_id: 'A-7' },
      lastAction: ScenarioAction.SCENARIO_ACTION_CONTINUE,
      turnCount: 3,
      ...fields,
    };
    return ImportSessionRequest.fromPartial(sent as object);
  }
  const take = (record: ImportSessionRequest, node = grpc) => callMethod(node, importSession, record);
  const getKey = ({ tenantId, sessionId }: ImportSessionRequest) => ({ tenantId, sessionId });
  function aTurn({ sessionId }: ImportSessionRequest, fields: TurnFields = {}): Promise<ProcessTurnResponse> {
    lastTurn += 1;
    const request = turnRequest({ ...agent, sessionId, turnId: uuid(lastTurn), ...fields });
    return callMethod(grpc, OrchestratorServiceService.processTurn, ProcessTurnRequest.decode(request));
  }

  test('8 import: the session is created, with the deprecated fields of the legacy format', async () => {
    const record = aRecord();
    const { session, created } = await take(record);
    expect(created).toBe(true);
    expect(session).toMatchObject({
      ...agent,
      sessionId: record.sessionId,
      revision: 0,
      turnCount: 3,
      activeScenarioId: scenarioId,
      currentStepId: 'confirm',
      instances: [{ scenarioId, scenarioVersion: 1, currentStepId: 'confirm', path: [{ stepId: 'order' }] }],
    });
    expect(session?.importedFrom).toMatch(/^[0-9a-f]{64}$/);
    expect(session?.focusInstanceId).toBe(session?.instances[0]?.instanceId);
    expect((await callMethod(other, getSession, getKey(record))).session).toEqual(session);
    expect((await callMethod(grpc, listTurns, { ...getKey(record), pageSize: 0, pageToken: '' })).turns).toEqual([]);
  });

  test('8 import: turns continue where the legacy service stopped, and complete', async () => {
    const record = aRecord();
    await take(record);
    const first = await aTurn(record);
    expect(first).toMatchObject({ revision: 1, turnCount: 4, plan: { contributions: [{ stepId: 'confirm' }] } });
    const second = await aTurn(record, { stepOutcomes: [{ kind: 1, stepId: 'confirm' }] });
    expect(second.transitionDecisions).toMatchObject([{ sourceStepId: 'confirm', targetStepId: 'end' }]);
    const third = await aTurn(record);
    expect(third.lifecycleDecisions).toMatchObject([{ action: 4 }]);
    const { session } = await callMethod(grpc, getSession, getKey(record));
    expect([session?.activeScenarioId, session?.currentStepId]).toEqual(['', '']);
  });

  test('8 import: a second import after a delete takes effect on a node that has loaded the first', async () => {
    const record = aRecord();
    await take(record);
    const validateOnly = { ...agent, sessionId: record.sessionId, turnId: uuid(1), candidates: [] };
    const request = ProcessTurnRequest.decode(turnRequest(validateOnly));
    await callMethod(grpc, OrchestratorServiceService.processTurn, { ...request, validateOnly: true });
    await callMethod(other, deleteSession, getKey(record));
    const second = { ...record, currentStepId: 'order', visitedSteps: { order: 1 }, variables: {} };
    expect(await take(second, other)).toMatchObject({ created: true });
    expect(await aTurn(record)).toMatchObject({ revision: 1, plan: { contributions: [{ stepId: 'order' }] } });
    const { session } = await callMethod(grpc, getSession, getKey(record));
    expect(session?.importedFrom).toBe((await callMethod(other, getSession, getKey(record))).session?.importedFrom);
  });

  test('8 import: a paused session stays paused', async () => {
    const record = aRecord({ lastAction: ScenarioAction.SCENARIO_ACTION_PAUSE });
    const { session } = await take(record);
    expect(session?.instances).toMatchObject([
      {
        status: ScenarioInstanceStatus.SCENARIO_INSTANCE_STATUS_PAUSED,
        pauseReason: PauseReason.PAUSE_REASON_USER_REQUEST,
      },
    ]);
    expect([session?.activeScenarioId, session?.currentStepId]).toEqual(['', '']);
  });

  test('8 import: importing the same record again changes nothing, also after turns', async () => {
    const record = aRecord();
    const first = await take(record);
    expect(await take(record, other)).toEqual({ session: first.session, created: false });
    await aTurn(record);
    const again = await take(record, other);
    expect(again).toMatchObject({ created: false, session: { revision: 1 } });
    expect((await callMethod(grpc, getSession, getKey(record))).session).toEqual(again.session);
  });

  test('8 import: the same record is recognized after its scenario was deleted', async () => {
    const gone = { ...refund, scenarioId: uuid(12) };
    await callMethod(grpc, ScenarioServiceService.putScenario, {
      ...agent,
      scenario: gone,
      expectedVersion: undefined,
    });
    const record = aRecord({ activeScenarioId: uuid(12) });
    await take(record);
    await callMethod(grpc, ScenarioServiceService.deleteScenario, {
      ...agent,
      scenarioId: uuid(12),
      expectedVersion: undefined,
    });
    expect((await take(record)).created).toBe(false);
    expect((await getCallError(take(aRecord({ activeScenarioId: uuid(12) })))).reason).toBe('SCENARIO_NOT_FOUND');
  });

  test('8 import: one of two nodes that import the same record concurrently creates the session', async () => {
    const record = aRecord();
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => take(record, index % 2 ? grpc : other)));
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(answers.map(({ session }) => session?.instances[0]?.instanceId)).size).toBe(1);
  });

  test('8 import: one of several records for a session creates it, the others are rejected', async () => {
    const record = aRecord();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, turnCount) => take({ ...record, turnCount }, turnCount % 2 ? grpc : other)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refusals = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason.reason] : []));
    expect(refusals).toEqual(Array(7).fill('SESSION_EXISTS'));
  });

  test('8 import: a concurrent import and first turn are both stored', async () => {
    const records = Array.from({ length: 10 }, () => aRecord());
    for (const record of records) {
      const [imported, turn] = await Promise.allSettled([take(record, other), aTurn(record)]);
      const { session } = await callMethod(grpc, getSession, getKey(record));
      expect([turn.status, session?.revision]).toEqual(['fulfilled', 1]);
      expect(session?.instances).toHaveLength(imported.status === 'fulfilled' ? 1 : 0);
    }
  });

  test('8 import: a different record does not replace a session', async () => {
    const record = aRecord();
    await take(record);
    const failure = await getCallError(take({ ...record, currentStepId: 'order' }));
    expect([failure.status, failure.reason]).toEqual(['FAILED_PRECONDITION', 'SESSION_EXISTS']);
    expect(failure.metadata).toMatchObject({ session_id: record.sessionId });
    expect(failure.message).toContain('was imported from another record');
    const begun = aRecord();
    await aTurn(begun);
    expect((await getCallError(take(begun))).message).toContain('was created by a turn and is at revision 1');
  });

  test('8 import: a session of another agent is rejected', async () => {
    const record = aRecord();
    await take(record);
    const failure = await getCallError(take({ ...record, agentId: uuid(9) }));
    expect([failure.status, failure.reason]).toEqual(['FAILED_PRECONDITION', 'AGENT_MISMATCH']);
  });

  test('8 import: a scenario that is not in the catalogue is rejected, unless it has ended', async () => {
    const record = aRecord({ activeScenarioId: uuid(99), activeScenarioVersion: 4 });
    const failure = await getCallError(take(record));
    expect([failure.status, failure.reason]).toEqual(['NOT_FOUND', 'SCENARIO_NOT_FOUND']);
    expect(failure.metadata).toMatchObject({ scenario_id: uuid(99), version: '4' });
    expect((await getCallError(callMethod(grpc, getSession, getKey(record)))).reason).toBe('SESSION_NOT_FOUND');
    const ended = await take({ ...record, lastAction: ScenarioAction.SCENARIO_ACTION_EXIT });
    expect(ended).toMatchObject({ created: true, session: { instances: [] } });
  });

  test('8 import: a deleted session can be imported again', async () => {
    const record = aRecord();
    await take(record);
    await aTurn(record);
    expect(await callMethod(grpc, deleteSession, getKey(record))).toEqual({ existed: true });
    expect(await take(record)).toMatchObject({ created: true, session: { revision: 0 } });
  });

  test('8 import: a record that violates the contract is rejected with every invalid field', async () => {
    const unknownAction: number = 99;
    const failure = await getCallError(
      take(
        aRecord({
          activeScenarioId: 'refund',
          turnCount: 4_000_000_000,
          currentStepId: 'x'.repeat(129),
          lastAction: unknownAction,
        }),
      ),
    );
    expect(failure.status).toBe('INVALID_ARGUMENT');
    expect(failure.violations.map(({ field }) => field).sort()).toEqual([
      'active_scenario_id',
      'current_step_id',
      'last_action',
      'turn_count',
    ]);
    const ids = [text(1, agent.tenantId), text(2, agent.agentId), text(3, uuid(99))];
    const hostile = Buffer.concat([...ids, delimited(7, text(1, '__proto__'), int32(2, 1))]);
    expect((await getCallError(callRaw(grpc, importSession.path, hostile))).reason).toBe('INVALID_REQUEST');
  });
});
