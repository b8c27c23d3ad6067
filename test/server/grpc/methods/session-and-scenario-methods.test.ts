import {
  OrchestratorServiceService,
  ProcessTurnRequest,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { Scenario, ScenarioStep } from '../../../../gen/focal/orchestration/v1/scenario';
import { RenderScenarioRequest, ScenarioServiceService } from '../../../../gen/focal/orchestration/v1/scenario_service';
import {
  ListTurnsRequest,
  ListTurnsResponse,
  SessionServiceService,
} from '../../../../gen/focal/orchestration/v1/session_service';
import { callMethod, callRaw, type GrpcUnderTest, getCallError, startGrpc } from '../../../support/grpc-under-test';
import { type TurnFields, turnRequest } from '../../../support/request-bytes';
import {
  createService,
  openEmbeddedStores,
  openService,
  type ServiceUnderTest,
} from '../../../support/service-under-test';
import { uuid } from '../../../support/session-builder';

let service: ServiceUnderTest;
let grpc: GrpcUnderTest;
beforeAll(async () => {
  service = openService();
  grpc = await startGrpc(service.useCases);
});
afterAll(async () => {
  await grpc.stop();
  await service.close();
});

const scenarios = ScenarioServiceService;
const sessions = SessionServiceService;

let lastAgent = 100;
/** Creates an agent that no other test uses. */
function anAgent() {
  lastAgent += 1;
  return { tenantId: uuid(1), agentId: uuid(lastAgent) };
}

function aRefund(scenarioId = uuid(11), name = 'Refund', tags: string[] = []): Scenario {
  return Scenario.fromPartial({
    scenarioId,
    name,
    tags,
    entryStepId: 'ask',
    steps: [
      {
        stepId: 'ask',
        collectsProfileFields: ['order_id'],
        transitions: [{ targetStepId: 'end', condition: 'data.order_id != ""' }],
      },
      { stepId: 'end', isTerminal: true, templateIds: ['bye'] },
    ],
  });
}

const put = (agent: ReturnType<typeof anAgent>, scenario: Scenario, expectedVersion?: number) =>
  callMethod(grpc, scenarios.putScenario, { ...agent, scenario, expectedVersion });

describe('ScenarioService', () => {
  test('stores a scenario as a new version only if it has changed', async () => {
    const agent = anAgent();
    const first = await put(agent, aRefund());
    expect(first).toMatchObject({ created: true, stored: { version: 1, scenario: { name: 'Refund' } } });
    expect(first.stored?.contentHash).toMatch(/^[0-9a-f]{64}$/);
    expect(await put(agent, aRefund())).toMatchObject({ created: false, stored: { version: 1 } });
    expect(await put(agent, aRefund(uuid(11), 'Money back'))).toMatchObject({ created: true, stored: { version: 2 } });
    const old = await callMethod(grpc, scenarios.getScenario, { ...agent, scenarioId: uuid(11), version: 1 });
    expect(old.stored?.scenario?.name).toBe('Refund');
    const latest = await callMethod(grpc, scenarios.getScenario, { ...agent, scenarioId: uuid(11), version: 0 });
    expect(latest.stored?.scenario?.name).toBe('Money back');
  });

  test('rejects an invalid scenario with all findings and stores nothing', async () => {
    const agent = anAgent();
    const invalid = aRefund();
    invalid.entryStepId = 'nowhere';
    const [ask] = invalid.steps;
    if (ask?.transitions[0])
      ask.transitions[0] = { ...ask.transitions[0], targetStepId: 'gone', condition: '18 &&& x' };
    const failure = await getCallError(put(agent, invalid));
    expect([failure.status, failure.reason]).toEqual(['INVALID_ARGUMENT', 'SCENARIO_REFUSED']);
    expect(failure.violations.map(({ field }) => field)).toEqual(
      expect.arrayContaining([
        'scenario.entry_step_id',
        'scenario.steps[0].transitions[0].target_step_id',
        'scenario.steps[0].transitions[0].condition',
      ]),
    );
    const validated = await callMethod(grpc, scenarios.validateScenario, { scenario: invalid });
    expect(validated.valid).toBe(false);
    expect(validated.findings).toHaveLength(failure.violations.length);
    const gone = callMethod(grpc, scenarios.getScenario, { ...agent, scenarioId: uuid(11), version: 0 });
    expect((await getCallError(gone)).reason).toBe('SCENARIO_NOT_FOUND');
  });

  test('rejects an outdated expected_version with ABORTED and both versions', async () => {
    const agent = anAgent();
    await put(agent, aRefund(), 0);
    const failure = await getCallError(put(agent, aRefund(uuid(11), 'Other'), 0));
    expect([failure.status, failure.reason]).toEqual(['ABORTED', 'VERSION_MISMATCH']);
    expect(failure.metadata).toMatchObject({ expected_version: '0', current_version: '1' });
    const deletion = callMethod(grpc, scenarios.deleteScenario, { ...agent, scenarioId: uuid(11), expectedVersion: 9 });
    expect((await getCallError(deletion)).reason).toBe('VERSION_MISMATCH');
  });

  test('lists scenarios in pages, by tag and by whether they are enabled', async () => {
    const agent = anAgent();
    for (const number of [15, 12, 14, 11, 13])
      await put(agent, aRefund(uuid(number), `S${number}`, number % 2 ? ['odd'] : []));
    const disabled = aRefund(uuid(16), 'S16', ['odd']);
    await put(agent, { ...disabled, enabled: false });
    const list = (parts: object) => {
      const all = { ...agent, tag: '', enabled: undefined, pageSize: 0, pageToken: '' };
      return callMethod(grpc, scenarios.listScenarios, { ...all, ...parts });
    };
    const names: string[][] = [];
    let pageToken = '';
    do {
      const page = await list({ pageSize: 2, pageToken });
      names.push(page.scenarios.map(({ scenario }) => scenario?.name ?? ''));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(names).toEqual([
      ['S11', 'S12'],
      ['S13', 'S14'],
      ['S15', 'S16'],
    ]);
    const odd = await list({ tag: 'odd', enabled: true });
    expect(odd.scenarios.map(({ scenario }) => scenario?.name)).toEqual(['S11', 'S13', 'S15']);
    expect(odd.nextPageToken).toBe('');
    const { nextPageToken } = await list({ pageSize: 1 });
    for (const invalid of [
      { pageToken: 'x' },
      { pageToken: nextPageToken, tag: 'odd' },
      { pageToken: `${nextPageToken}AA` },
    ]) {
      const failure = await getCallError(list(invalid));
      expect(failure.violations.map(({ field }) => field)).toEqual(['page_token']);
    }
  });

  test('deletes a scenario, and reports whether it existed', async () => {
    const agent = anAgent();
    await put(agent, aRefund());
    const remove = () =>
      callMethod(grpc, scenarios.deleteScenario, { ...agent, scenarioId: uuid(11), expectedVersion: undefined });
    expect(await remove()).toEqual({ existed: true });
    expect(await remove()).toEqual({ existed: false });
  });

  test('1.1: stores relationships, and rejects one that closes a cycle of depends_on', async () => {
    const agent = anAgent();
    const relate = (sourceId: string, targetScenarioId: string, kind = 1) =>
      callMethod(grpc, scenarios.putRelationship, {
        ...agent,
        relationship: { kind, sourceType: 0, sourceId, targetScenarioId, weight: 0.5, startDependency: false },
      });
    expect(await relate(uuid(11), uuid(12))).toMatchObject({ created: true, relationship: { sourceType: 2 } });
    expect(await relate(uuid(11), uuid(12))).toMatchObject({ created: false });
    await relate(uuid(12), uuid(13));
    const failure = await getCallError(relate(uuid(13), uuid(11)));
    expect([failure.status, failure.reason]).toEqual(['INVALID_ARGUMENT', 'RELATIONSHIP_REFUSED']);
    expect(failure.message).toContain(`${uuid(13)} -> ${uuid(11)} -> ${uuid(12)} -> ${uuid(13)}`);
    await relate(uuid(13), uuid(11), 2);
    const listed = await callMethod(grpc, scenarios.listRelationships, agent);
    expect(listed.relationships.map(({ kind, sourceId }) => [kind, sourceId])).toEqual([
      [1, uuid(11)],
      [1, uuid(12)],
      [2, uuid(13)],
    ]);
    const [first] = listed.relationships;
    const remove = () => callMethod(grpc, scenarios.deleteRelationship, { ...agent, relationship: first });
    expect(await remove()).toEqual({ existed: true });
    expect(await remove()).toEqual({ existed: false });
  });
});

describe('RenderScenario', () => {
  const sessionId = uuid(901);
  const render = (request: Partial<RenderScenarioRequest>) =>
    callMethod(grpc, scenarios.renderScenario, RenderScenarioRequest.fromPartial(request));

  test('renders a scenario as Mermaid text, optionally with the path and position of a session', async () => {
    const agent = anAgent();
    await put(agent, aRefund());
    const request = { ...agent, scenarioId: uuid(11) };
    const { mermaid } = await render(request);
    expect(mermaid).toContain('title: "Refund (version 1)"');
    expect(mermaid).toContain('  s0 -->|"order_id != #34;#34;"| s1\n');
    const candidates = [{ scenarioId: uuid(11), score: 0.9 }];
    const turn = { ...agent, sessionId, turnId: uuid(902), candidates };
    await callMethod(grpc, OrchestratorServiceService.processTurn, ProcessTurnRequest.fromPartial({ turn }));
    await put(agent, aRefund(uuid(11), 'Refund, renamed'));
    const drawn = await render({ ...request, sessionId });
    expect(drawn.mermaid).toContain('title: "Refund (version 1, session active at ask)"'); // the version of the instance, not the latest
    expect(drawn.mermaid).toContain('● <b>ask</b>');
    const latest = await render({ ...request, sessionId, version: 2 });
    expect(latest.mermaid).toContain('title: "Refund, renamed (version 2, session active at ask)"');
  });

  test('11: a called scenario is drawn with its name, or with its id if it is not stored', async () => {
    const agent = anAgent();
    const refund = aRefund();
    const [first, ...others] = refund.steps;
    const draw = async (calledId: string) => {
      const calls = { scenarioId: calledId, reuseCompleted: false, returns: [] };
      await put(agent, { ...refund, steps: [{ ...ScenarioStep.fromPartial(first ?? {}), calls }, ...others] });
      return (await render({ ...agent, scenarioId: refund.scenarioId })).mermaid;
    };
    expect(await draw(uuid(12))).toContain(`call ${uuid(12)}`);
    await put(agent, aRefund(uuid(12), 'Identity check'));
    expect(await draw(uuid(12))).toContain('call Identity check');
  });

  test('rejects an unknown scenario, an unknown session and a session of another agent', async () => {
    const agent = anAgent();
    const request = { ...agent, scenarioId: uuid(11) };
    expect(await getCallError(render(request))).toMatchObject({
      reason: 'SCENARIO_NOT_FOUND',
    });
    await put(agent, aRefund());
    const unknown = { ...request, sessionId: uuid(903) };
    expect(await getCallError(render(unknown))).toMatchObject({
      reason: 'SESSION_NOT_FOUND',
    });
    expect(await getCallError(render({ ...request, sessionId }))).toMatchObject({
      reason: 'AGENT_MISMATCH',
    });
  });
});

describe('a session', () => {
  const key = { tenantId: uuid(1), sessionId: uuid(31) };
  const agent = { tenantId: uuid(1), agentId: uuid(32) };

  function aTurn(number: number, fields: TurnFields = {}, on = grpc) {
    const request = turnRequest({ ...agent, ...key, turnId: uuid(1_000 + number), ...fields });
    return callMethod(on, OrchestratorServiceService.processTurn, ProcessTurnRequest.decode(request));
  }

  test('is not found before its first turn', async () => {
    const failure = await getCallError(callMethod(grpc, sessions.getSession, key));
    expect([failure.status, failure.reason]).toEqual(['NOT_FOUND', 'SESSION_NOT_FOUND']);
    expect(failure.metadata).toMatchObject({ session_id: key.sessionId });
  });

  test('can process turns, and can be read, listed and deleted', async () => {
    await put(agent, aRefund());
    const started = await aTurn(1, { candidates: [{ scenarioId: uuid(11), score: 0.9 }] });
    expect(started.plan?.contributions[0]).toMatchObject({ stepId: 'ask', fieldsToAsk: ['order_id'] });
    for (const number of [2, 3]) await aTurn(number, { trigger: 3 });

    const { session } = await callMethod(grpc, sessions.getSession, key);
    expect(session).toMatchObject({ revision: 3, turnCount: 1, instances: [{ currentStepId: 'ask' }] });
    expect(session?.focusInstanceId).toBe(session?.instances[0]?.instanceId);

    const first = await callMethod(grpc, sessions.listTurns, { ...key, pageSize: 2, pageToken: '' });
    expect(first.turns.map(({ revision, turnId }) => [revision, turnId])).toEqual([
      [1, uuid(1_001)],
      [2, uuid(1_002)],
    ]);
    expect(first.turns[0]?.request?.turn?.occurredAt).toBeInstanceOf(Date);
    expect(first.turns[0]?.response).toEqual(started);
    const rest = await callMethod(grpc, sessions.listTurns, { ...key, pageSize: 2, pageToken: first.nextPageToken });
    expect(rest.turns.map(({ revision }) => revision)).toEqual([3]);
    expect(rest.nextPageToken).toBe('');

    expect(await callMethod(grpc, sessions.deleteSession, key)).toEqual({ existed: true });
    expect(await callMethod(grpc, sessions.deleteSession, key)).toEqual({ existed: false });
    expect((await callMethod(grpc, sessions.listTurns, { ...key, pageSize: 0, pageToken: '' })).turns).toEqual([]);
  });

  test('can explain a recorded turn, which a request names by id or by revision', async () => {
    await put(agent, aRefund());
    const full = await aTurn(1, { candidates: [{ scenarioId: uuid(11), score: 0.9 }] });
    const explain = (turn: { turnId: string; revision: number }) =>
      callMethod(grpc, sessions.explainTurn, { ...key, ...turn });
    const explained = await explain({ turnId: uuid(1_001), revision: 0 });
    expect(explained.definitionsChanged).toBe(false);
    expect(explained.response).toMatchObject({
      ...full,
      context: { candidates: [{ scenarioName: 'Refund' }] },
      lifecycleDecisions: [{ reasoning: expect.stringContaining('is a candidate') }],
      transitionDecisions: [{ reasoning: expect.any(String) }],
    });
    expect(await explain({ turnId: '', revision: 1 })).toEqual(explained);
    for (const turn of [
      { turnId: '', revision: 0 },
      { turnId: uuid(1_001), revision: 1 },
    ]) {
      const failure = await getCallError(explain(turn));
      expect([failure.reason, failure.message]).toEqual([
        'INVALID_REQUEST',
        expect.stringContaining('turn_id must be set, or revision, but not both'),
      ]);
    }
    expect((await getCallError(explain({ turnId: '', revision: 2 }))).reason).toBe('TURN_NOT_FOUND');
    await callMethod(grpc, sessions.deleteSession, key);
    expect((await getCallError(explain({ turnId: '', revision: 1 }))).reason).toBe('TURN_NOT_FOUND');
  });

  test('returns its turns in pages that fit into a message, with page tokens', async () => {
    const pageBytes = 20_000;
    const small = createService(openEmbeddedStores(), { responseBytes: pageBytes });
    const other = await startGrpc(small.useCases);
    try {
      const situation = { message: 'x'.repeat(4_000) };
      for (const number of [1, 2, 3, 4, 5, 6, 7]) {
        await aTurn(number, { situation }, other);
      }
      const revisions: number[] = [];
      let pages = 0;
      let pageToken = '';
      do {
        const request = { ...key, pageSize: 10, pageToken };
        const { bytes } = await callRaw(other, sessions.listTurns.path, ListTurnsRequest.encode(request).finish());
        expect(bytes.length).toBeLessThanOrEqual(pageBytes);
        const page = ListTurnsResponse.decode(bytes);
        pages += 1;
        expect(page.turns.length).toBeGreaterThan(0);
        revisions.push(...page.turns.map(({ revision }) => revision));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      expect(revisions).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(pages).toBe(2);
    } finally {
      await other.stop();
      await small.close();
    }
  });

  test('uses a scenario in the turn after it was stored, and not in the turn after it was deleted', async () => {
    const other = anAgent();
    const session = { ...other, sessionId: uuid(33) };
    const candidates = [{ scenarioId: uuid(11), score: 0.9 }];
    const before = await aTurn(10, { ...session, candidates });
    expect(before.rejectedCandidates).toHaveLength(1);
    await put(other, aRefund());
    const after = await aTurn(11, { ...session, candidates });
    expect(after.lifecycleDecisions).toHaveLength(1);
    await callMethod(grpc, scenarios.deleteScenario, { ...other, scenarioId: uuid(11), expectedVersion: undefined });
    const gone = await aTurn(12, session);
    expect(gone.lifecycleDecisions).toMatchObject([{ action: 5, reason: 18 }]);
  });
});
