import { randomUUID } from 'node:crypto';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { RelationshipKind, RelationshipSource } from '../../../gen/focal/orchestration/v1/scenario';
import { scenarioToProto } from '../../../src/server/codec/wire/scenario-codec';
import { aScenario, type StepDraft } from '../../support/conversation';
import { getCallError } from '../../support/grpc-under-test';
import { asking, end } from '../../support/sample-scenarios';
import { describeOnBothStores } from './describe-on-both-stores';

const { RELATIONSHIP_KIND_DEPENDS_ON } = RelationshipKind;
const { RELATIONSHIP_SOURCE_SCENARIO } = RelationshipSource;

describeOnBothStores('rejected requests', (_start, client) => {
  test('0.7: a known turn_id is checked before expected_revision, with the same and with a different request', async () => {
    const turn = { tenantId: randomUUID(), agentId: randomUUID(), sessionId: randomUUID() };
    const request = (turnId: string, message: string, expectedRevision?: number) =>
      ProcessTurnRequest.fromPartial({
        turn: { ...turn, turnId, occurredAt: new Date(0), situation: { message } },
        ...(expectedRevision === undefined ? {} : { expectedRevision }),
      });
    const [first, second] = [randomUUID(), randomUUID()];
    await client().processTurn(request(first, 'hello', 0));
    await client().processTurn(request(second, 'again'));
    expect(await client().processTurn(request(first, 'hello', 0))).toMatchObject({
      replayed: true,
      response: { revision: 1 },
    });
    const reused = await getCallError(client().processTurn(request(first, 'another', 0)));
    expect([reused.status, reused.reason]).toEqual(['ALREADY_EXISTS', 'TURN_ID_REUSED']);
    const stale = await getCallError(client().processTurn(request(randomUUID(), 'hello', 0)));
    expect([stale.status, stale.reason, stale.metadata['current_revision']]).toEqual([
      'ABORTED',
      'REVISION_MISMATCH',
      '2',
    ]);
  });

  test('1.1: a relationship that closes a cycle of depends_on is rejected with the cycle, and not stored', async () => {
    const agent = { tenantId: randomUUID(), agentId: randomUUID() };
    const [a, b] = [randomUUID(), randomUUID()];
    const putRelationship = (sourceId: string, targetScenarioId: string) =>
      client().putRelationship({
        ...agent,
        relationship: {
          kind: RELATIONSHIP_KIND_DEPENDS_ON,
          sourceType: RELATIONSHIP_SOURCE_SCENARIO,
          sourceId,
          targetScenarioId,
          weight: 0,
          startDependency: false,
        },
      });
    await putRelationship(a, b);
    const rejected = await getCallError(putRelationship(b, a));
    expect([rejected.status, rejected.reason]).toEqual(['INVALID_ARGUMENT', 'RELATIONSHIP_REFUSED']);
    expect(rejected.violations).toMatchObject([
      { field: 'relationship', description: expect.stringContaining(`${b} -> ${a} -> ${b}`) },
    ]);
    expect(await putRelationship(a, b)).toMatchObject({ created: false });
    expect(await getCallError(putRelationship(b, a))).toMatchObject({ reason: 'RELATIONSHIP_REFUSED' });
  });

  test.each<[string, readonly StepDraft[], string, RegExp]>([
    [
      '6: a condition that does not compile',
      [{ stepId: 'ask', templateIds: ['x'], to: [{ to: 'end', condition: 'dta.age > 1.0' }, 'end'] }, end],
      'scenario.steps[0].transitions[0].condition',
      /ERROR UNKNOWN_VARIABLE.*line 1, column 1/,
    ],
    [
      '3.6: a cycle without an exit',
      [
        { stepId: 'ask', templateIds: ['x'], to: [{ to: 'round', intentLabel: 'x' }, 'end'] },
        { stepId: 'round', templateIds: ['y'], to: ['round'] },
        end,
      ],
      'scenario.steps[1]',
      /ERROR TRAP/,
    ],
  ])('%s rejects the scenario', async (_what, steps, field, description) => {
    const agent = { tenantId: randomUUID(), agentId: randomUUID() };
    const scenarioId = randomUUID();
    const scenario = scenarioToProto(aScenario({ scenarioId, steps }));
    const rejected = await getCallError(client().putScenario({ ...agent, scenario, expectedVersion: undefined }));
    expect([rejected.status, rejected.reason]).toEqual(['INVALID_ARGUMENT', 'SCENARIO_REFUSED']);
    expect(rejected.violations).toMatchObject([{ field, description: expect.stringMatching(description) }]);
    const found = await client().validateScenario({ ...agent, scenario });
    expect(found.valid).toBe(false);
    expect((await getCallError(client().getScenario({ ...agent, scenarioId, version: 0 }))).status).toBe('NOT_FOUND');
  });

  test('6: a scenario with warnings is stored, and the response has its findings', async () => {
    const agent = { tenantId: randomUUID(), agentId: randomUUID() };
    const draft = asking(randomUUID(), ['age'], { completionCondition: 'data.age + 1 > 18.0' });
    const stored = await client().putScenario({
      ...agent,
      scenario: scenarioToProto(aScenario(draft)),
      expectedVersion: undefined,
    });
    expect(stored.findings.map(({ code }) => code)).toEqual(['INTEGER_ARITHMETIC']);
    expect(stored.created).toBe(true);
  });
});
