import { unboundedCall } from '../../../support/calls';
import { getCallError } from '../../../support/grpc-under-test';
import {
  agent,
  asking,
  booking,
  createAskingMessage,
  createInput,
  formatActions,
  getRejection,
  getSessionAfter,
  invalidRequest,
  PhasesUnderTest,
  refund,
  withCandidate,
} from '../../../support/phases-under-test';
import { uuid } from '../../../support/session-builder';

let phases: PhasesUnderTest;
beforeAll(async () => {
  phases = await PhasesUnderTest.start();
});
afterEach(() => {
  phases.settings = {};
});
afterAll(() => phases.stop());

describe('the methods for single phases', () => {
  test('each method returns its part of the same decision', async () => {
    const input = createInput({ turn: withCandidate(refund) });
    const whole = await phases.runContributions(input);
    expect(whole.plan?.contributions.map(({ scenarioId }) => scenarioId)).toEqual([refund]);
    expect(whole.session).toMatchObject({ ...agent, sessionId: uuid(3), revision: 1, lastTurnId: uuid(100) });
    const { lifecycleDecisions, transitionDecisions } = whole;
    expect(lifecycleDecisions).toHaveLength(1);
    expect(await phases.runTransitions(input)).toEqual({ lifecycleDecisions, transitionDecisions });
    expect(await phases.runLifecycle(input)).toMatchObject({
      lifecycleDecisions,
      context: { candidates: [{ scenarioId: refund, scenarioVersion: 1 }] },
      rejectedCandidates: [],
    });
  });

  test('neither the session nor the scenarios are stored', async () => {
    await phases.runContributions(createInput({ turn: withCandidate(refund) }));
    await phases.runLifecycle(createInput({ turn: withCandidate(refund) }));
    const key = { tenantId: agent.tenantId, sessionId: uuid(3) };
    await expect(phases.service.useCases.getSession(key, unboundedCall)).rejects.toMatchObject({
      reason: 'SESSION_NOT_FOUND',
    });
    const turns = await phases.service.useCases.listTurns({ key, afterRevision: 0, pageSize: 10 }, unboundedCall);
    expect(turns.items).toEqual([]);
    await expect(
      phases.service.useCases.getScenario({ agent, scenarioId: refund, version: 0 }, unboundedCall),
    ).rejects.toMatchObject({ reason: 'SCENARIO_NOT_FOUND' });
  });

  test('2.16: with orchestration disabled, every phase returns an empty result and the session is unchanged', async () => {
    const before = getSessionAfter(await phases.runContributions(createInput({ turn: withCandidate(refund) })));
    phases.settings = { enabled: false };
    const input = createInput({ turn: { ...withCandidate(booking), turnId: uuid(101) }, session: before });
    expect(await phases.runContributions(input)).toMatchObject({
      lifecycleDecisions: [],
      transitionDecisions: [],
      plan: { contributions: [] },
      session: before,
    });
    expect(await phases.runLifecycle(input)).toMatchObject({ lifecycleDecisions: [], rejectedCandidates: [] });
    expect(await phases.runTransitions(input)).toEqual({
      lifecycleDecisions: [],
      transitionDecisions: [],
    });
  });
});

describe('inline scenarios', () => {
  test('replace the catalogue', async () => {
    const own = { ...agent, agentId: uuid(5) };
    await phases.service.useCases.putScenario(
      {
        agent: own,
        scenario: asking(booking),
        expectedVersion: undefined,
      },
      unboundedCall,
    );
    const turn = { ...own, ...withCandidate(booking) };
    const onCatalogue = await phases.runLifecycle(createInput({ turn, scenarios: [] }));
    expect(formatActions(onCatalogue)).toEqual([`START ${booking}`]);
    const inline = await phases.runLifecycle(createInput({ turn }));
    expect(inline.rejectedCandidates).toMatchObject([{ scenarioId: booking, reason: 1 }]);
  });

  test('apply to instances of any version, and start with version 1', async () => {
    const running = { instanceId: uuid(20), scenarioId: refund, currentStepId: 'ask', scenarioVersion: 7 };
    const scenarios = [createAskingMessage(refund), createAskingMessage(booking)];
    const { session } = await phases.runContributions(
      createInput({ turn: withCandidate(booking), scenarios, session: { instances: [running] } }),
    );
    expect(session?.instances.map(({ scenarioId, scenarioVersion }) => [scenarioId, scenarioVersion])).toEqual([
      [refund, 7],
      [booking, 1],
    ]);
  });

  test('are rejected if they are invalid, and each finding has the path of its scenario', async () => {
    const broken = createAskingMessage(booking, { entryStepId: 'nowhere' });
    const worse = createAskingMessage(uuid(13), { entryStepId: 'nowhere', entryCondition: '18 &&& x' });
    const failure = await getCallError(
      phases.runLifecycle(createInput({ scenarios: [createAskingMessage(refund), broken, worse] })),
    );
    expect([failure.status, failure.reason]).toEqual(['INVALID_ARGUMENT', 'SCENARIO_REFUSED']);
    expect(failure.message).toContain('2 scenarios are invalid: 3 errors');
    expect(failure.metadata).toMatchObject({ scenario_id: booking });
    expect(new Set(failure.violations.map(({ field }) => field))).toEqual(
      new Set([
        'input.scenarios[1].entry_step_id',
        'input.scenarios[2].entry_step_id',
        'input.scenarios[2].entry_condition',
      ]),
    );
  });

  test('are rejected if a scenario or a relationship is duplicated', async () => {
    const relationship = { kind: 2, sourceId: refund, targetScenarioId: booking };
    const input = createInput({
      scenarios: [createAskingMessage(refund), createAskingMessage(booking), createAskingMessage(refund)],
      relationships: [relationship, { ...relationship, weight: 0.5 }],
    });
    expect(await getRejection(phases.runLifecycle(input))).toEqual(
      invalidRequest('input.scenarios[2].scenario_id', 'input.relationships[1]'),
    );
  });

  test('have relationships that are checked as if they were stored one after another', async () => {
    const dependsOn = (sourceId: string, targetScenarioId: string) => ({ kind: 1, sourceId, targetScenarioId });
    const scenarios = [createAskingMessage(refund), createAskingMessage(booking)];
    const relationships = [dependsOn(refund, booking), dependsOn(booking, refund), dependsOn(refund, refund)];
    expect(await getRejection(phases.runLifecycle(createInput({ scenarios, relationships })))).toEqual({
      status: 'INVALID_ARGUMENT',
      reason: 'RELATIONSHIP_REFUSED',
      fields: ['input.relationships[1]', 'input.relationships[2]'],
    });
    const kept = createInput({ turn: withCandidate(refund), scenarios, relationships: relationships.slice(0, 1) });
    expect((await phases.runLifecycle(kept)).rejectedCandidates).toMatchObject([{ scenarioId: refund, reason: 7 }]);
  });

  test('are required for inline relationships, because the catalogue has its own relationships', async () => {
    const relationships = [{ kind: 2, sourceId: refund, targetScenarioId: booking }];
    expect(await getRejection(phases.runLifecycle(createInput({ scenarios: [], relationships })))).toEqual(
      invalidRequest('input.relationships'),
    );
  });
});

describe('scenarios of the catalogue', () => {
  test('an instance with version 0 uses the latest version and keeps it', async () => {
    const own = { ...agent, agentId: uuid(6) };
    const put = (stepId: string) =>
      phases.service.useCases.putScenario(
        {
          agent: own,
          scenario: asking(refund, {}, stepId),
          expectedVersion: undefined,
        },
        unboundedCall,
      );
    await put('old');
    await put('new');
    const at = (currentStepId: string, scenarioVersion: number) =>
      phases.runContributions(
        createInput({
          turn: own,
          scenarios: [],
          session: { instances: [{ instanceId: uuid(20), scenarioId: refund, currentStepId, scenarioVersion }] },
        }),
      );
    expect((await at('new', 0)).session?.instances).toMatchObject([{ scenarioVersion: 2 }]);
    expect((await at('old', 1)).session?.instances).toMatchObject([{ scenarioVersion: 1 }]);
    expect((await at('old', 0)).session).toMatchObject({ instances: [], endedInstances: [{ scenarioVersion: 2 }] });
  });
});
