import { unboundedCall } from '../../support/calls';
import { failureOf } from '../../support/grpc-under-test';
import {
  actionsOf,
  agent,
  anInput,
  asking,
  booking,
  invalid,
  naming,
  PhasesUnderTest,
  refund,
  refusalOf,
  sentAsking,
  sessionAfter,
} from '../../support/phases-under-test';
import { uuid } from '../../support/session-builder';

let phases: PhasesUnderTest;
beforeAll(async () => {
  phases = await PhasesUnderTest.start();
});
afterEach(() => {
  phases.settings = {};
});
afterAll(() => phases.stop());

describe('the three phases alone', () => {
  test('each method answers with its own part of one decision', async () => {
    const input = anInput({ turn: naming(refund) });
    const whole = await phases.plan(input);
    expect(whole.plan?.contributions.map(({ scenarioId }) => scenarioId)).toEqual([refund]);
    expect(whole.session).toMatchObject({ ...agent, sessionId: uuid(3), revision: 1, lastTurnId: uuid(100) });
    const { lifecycleDecisions, transitionDecisions } = whole;
    expect(lifecycleDecisions).toHaveLength(1);
    expect(await phases.transitions(input)).toEqual({ lifecycleDecisions, transitionDecisions });
    expect(await phases.lifecycle(input)).toMatchObject({
      lifecycleDecisions,
      context: { candidates: [{ scenarioId: refund, scenarioVersion: 1 }] },
      rejectedCandidates: [],
    });
  });

  test('nothing is stored, of the session as of the scenarios', async () => {
    await phases.plan(anInput({ turn: naming(refund) }));
    await phases.lifecycle(anInput({ turn: naming(refund) }));
    const key = { tenantId: agent.tenantId, sessionId: uuid(3) };
    await expect(phases.service.useCases.readSession(key, unboundedCall)).rejects.toMatchObject({
      reason: 'SESSION_NOT_FOUND',
    });
    const turns = await phases.service.useCases.listTurns({ key, afterRevision: 0, pageSize: 10 }, unboundedCall);
    expect(turns.items).toEqual([]);
    await expect(
      phases.service.useCases.getScenario({ agent, scenarioId: refund, version: 0 }, unboundedCall),
    ).rejects.toMatchObject({ reason: 'SCENARIO_NOT_FOUND' });
  });

  test('2.16 with orchestration switched off every phase answers empty and the session comes back as it was', async () => {
    const before = sessionAfter(await phases.plan(anInput({ turn: naming(refund) })));
    phases.settings = { enabled: false };
    const input = anInput({ turn: { ...naming(booking), turnId: uuid(101) }, session: before });
    expect(await phases.plan(input)).toMatchObject({
      lifecycleDecisions: [],
      transitionDecisions: [],
      plan: { contributions: [] },
      session: before,
    });
    expect(await phases.lifecycle(input)).toMatchObject({ lifecycleDecisions: [], rejectedCandidates: [] });
    expect(await phases.transitions(input)).toEqual({
      lifecycleDecisions: [],
      transitionDecisions: [],
    });
  });
});

describe('inline scenarios', () => {
  test('stand in place of the catalogue', async () => {
    const own = { ...agent, agentId: uuid(5) };
    await phases.service.useCases.putScenario(
      {
        agent: own,
        scenario: asking(booking),
        expectedVersion: undefined,
      },
      unboundedCall,
    );
    const turn = { ...own, ...naming(booking) };
    const onCatalogue = await phases.lifecycle(anInput({ turn, scenarios: [] }));
    expect(actionsOf(onCatalogue)).toEqual([`START ${booking}`]);
    const inline = await phases.lifecycle(anInput({ turn }));
    expect(inline.rejectedCandidates).toMatchObject([{ scenarioId: booking, reason: 1 }]);
  });

  test('carry every instance of theirs, whichever version it names, and start with version 1', async () => {
    const running = { instanceId: uuid(20), scenarioId: refund, currentStepId: 'ask', scenarioVersion: 7 };
    const scenarios = [sentAsking(refund), sentAsking(booking)];
    const { session } = await phases.plan(
      anInput({ turn: naming(booking), scenarios, session: { instances: [running] } }),
    );
    expect(session?.instances.map(({ scenarioId, scenarioVersion }) => [scenarioId, scenarioVersion])).toEqual([
      [refund, 7],
      [booking, 1],
    ]);
  });

  test('that would not be stored are refused with the findings of all of them, each under its scenario', async () => {
    const broken = sentAsking(booking, { entryStepId: 'nowhere' });
    const worse = sentAsking(uuid(13), { entryStepId: 'nowhere', entryCondition: '18 &&& x' });
    const failure = await failureOf(phases.lifecycle(anInput({ scenarios: [sentAsking(refund), broken, worse] })));
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

  test('are given once each, as are their relationships', async () => {
    const relationship = { kind: 2, sourceId: refund, targetScenarioId: booking };
    const input = anInput({
      scenarios: [sentAsking(refund), sentAsking(booking), sentAsking(refund)],
      relationships: [relationship, { ...relationship, weight: 0.5 }],
    });
    expect(await refusalOf(phases.lifecycle(input))).toEqual(
      invalid('input.scenarios[2].scenario_id', 'input.relationships[1]'),
    );
  });

  test('go with relationships that are checked as if they were stored one by one', async () => {
    const dependsOn = (sourceId: string, targetScenarioId: string) => ({ kind: 1, sourceId, targetScenarioId });
    const scenarios = [sentAsking(refund), sentAsking(booking)];
    const relationships = [dependsOn(refund, booking), dependsOn(booking, refund), dependsOn(refund, refund)];
    expect(await refusalOf(phases.lifecycle(anInput({ scenarios, relationships })))).toEqual({
      status: 'INVALID_ARGUMENT',
      reason: 'RELATIONSHIP_REFUSED',
      fields: ['input.relationships[1]', 'input.relationships[2]'],
    });
    const kept = anInput({ turn: naming(refund), scenarios, relationships: relationships.slice(0, 1) });
    expect((await phases.lifecycle(kept)).rejectedCandidates).toMatchObject([{ scenarioId: refund, reason: 7 }]);
  });

  test('are what relationships need: alone these are refused, as the catalogue has its own', async () => {
    const relationships = [{ kind: 2, sourceId: refund, targetScenarioId: booking }];
    expect(await refusalOf(phases.lifecycle(anInput({ scenarios: [], relationships })))).toEqual(
      invalid('input.relationships'),
    );
  });
});

describe('on the catalogue', () => {
  test('an instance of version 0 runs on the newest version and stays on it', async () => {
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
      phases.plan(
        anInput({
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
