import { SimulateTurnsResponse } from '../../../gen/focal/orchestration/v1/scenario_service';
import type { Scenario } from '../../../src/core/model/scenario';
import type { SimulationResult } from '../../../src/core/simulation/simulation-report';
import type { SimulateTurnsCommand } from '../../../src/server/application/simulate-turns';
import type { UseCases } from '../../../src/server/application/use-cases';
import { simulationResultToProto } from '../../../src/server/codec/wire/simulation-codec';
import { createCall } from '../../../src/server/ports/call';
import { openEmbedded } from '../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../support/calls';
import { aRelationship, aScenario, type StepDraft } from '../../support/conversation';
import { FakeClock } from '../../support/fake-clock';
import { aField } from '../../support/field-definitions';
import type { TurnFields } from '../../support/request-bytes';
import { createService, openEmbeddedStores, type ServiceUnderTest } from '../../support/service-under-test';
import { uuid } from '../../support/session-builder';
import { createCommand } from '../../support/turn-dependencies';
import { createTemporaryFolder } from '../stores/embedded/temporary-folder';
import { openRedisStores } from './describe-on-both-stores';

const agent = { tenantId: uuid(1), agentId: uuid(2) };
const refundId = uuid(50);

/** Asks for an order, confirms, and runs a tool. */
function refund(confirm: Partial<StepDraft> = {}, rest: Partial<Scenario> = {}): Scenario {
  return aScenario({
    scenarioId: refundId,
    name: 'Refund',
    steps: [
      { stepId: 'order', collectsProfileFields: ['order_id'], to: ['confirm'] },
      { stepId: 'confirm', isCheckpoint: true, checkpointDescription: 'Pay.', to: ['pay'], ...confirm },
      {
        stepId: 'pay',
        performsAction: true,
        isRequiredAction: true,
        requiresConfirmation: false,
        toolIds: ['pay'],
        to: ['end'],
      },
      { stepId: 'end', isTerminal: true },
    ],
    ...rest,
  });
}

let turnNumber = 1_000;

/** Plays turns of a session. */
async function play(useCases: UseCases, sessionId: string, turns: readonly TurnFields[]): Promise<void> {
  for (const turn of turns) {
    turnNumber += 1;
    await useCases.processTurn(createCommand({ turnId: uuid(turnNumber), sessionId, ...turn }), unboundedCall);
  }
}

const start: TurnFields = { candidates: [{ scenarioId: refundId, score: 0.9 }] };
const giveOrder: TurnFields = { situation: { candidateVariables: [{ name: 'order_id', value: '4711' }] } };

function simulate(useCases: UseCases, parts: Partial<SimulateTurnsCommand>): Promise<SimulationResult> {
  const noDefinitions = { scenarios: [], versions: [], relationships: [], fields: undefined, isComplete: false };
  return useCases.simulateTurns({ agent, sessionIds: [uuid(3)], ...noDefinitions, ...parts }, unboundedCall);
}

const listGroups = ({ groups }: SimulationResult): readonly string[] =>
  groups.map(
    ({ kind, cause, turnCount, counterfactualCount }) =>
      `${kind} ${cause.stepId} ${cause.property} ${turnCount}+${counterfactualCount}`,
  );

describe.each([
  ['the embedded store', async () => openEmbeddedStores()],
  ['Redis', openRedisStores],
])('SimulateTurns on %s', (_store, open) => {
  let node: ServiceUnderTest;
  let otherNode: ServiceUnderTest;
  beforeAll(async () => {
    const stores = await open();
    node = createService(stores);
    otherNode = createService({ ...stores, close: async () => undefined });
    const { useCases } = node;
    await useCases.putScenario({ agent, scenario: refund(), expectedVersion: undefined }, unboundedCall);
    await play(useCases, uuid(3), [start, giveOrder]);
    await play(useCases, uuid(4), [start, giveOrder, {}, {}]);
  });
  afterAll(async () => {
    await otherNode.close();
    await node.close();
  });

  test('without other definitions, no turn is decided differently', async () => {
    const result = await simulate(node.useCases, { sessionIds: [uuid(3), uuid(4)] });
    expect(result).toEqual({
      sessionCount: 2,
      turnCount: 6,
      counterfactualCount: 0,
      differingTurnCount: 0,
      groups: [],
      incomplete: [],
    });
  });

  test('a changed scenario of the request is simulated, and nothing is stored', async () => {
    const before = await node.useCases.getSession({ tenantId: uuid(1), sessionId: uuid(3) }, unboundedCall);
    const result = await simulate(node.useCases, { scenarios: [refund({ isCheckpoint: false })] });
    expect(listGroups(result)).toEqual([
      'SKIPPED_CHECK confirm is_checkpoint 1+0',
      'CONFIRM confirm is_checkpoint 1+0',
      'HINT confirm is_checkpoint 1+0',
      'STEP confirm is_checkpoint 1+0',
    ]);
    expect(await node.useCases.getSession({ tenantId: uuid(1), sessionId: uuid(3) }, unboundedCall)).toEqual(before);
    const { version } = await node.useCases.getScenario({ agent, scenarioId: refundId, version: 0 }, unboundedCall);
    expect(version).toBe(1);
  });

  test('two nodes answer with the same bytes', async () => {
    const command = { sessionIds: [uuid(4), uuid(3), uuid(9)], scenarios: [refund({ isCheckpoint: false })] };
    const [one, two] = await Promise.all([simulate(node.useCases, command), simulate(otherNode.useCases, command)]);
    const toBytes = (result: SimulationResult): Uint8Array =>
      SimulateTurnsResponse.encode(simulationResultToProto(result)).finish();
    expect(one.groups.length).toBeGreaterThan(3);
    expect(Buffer.compare(toBytes(one), toBytes(two))).toBe(0);
  });

  test('relationships, fields and a catalogue that is replaced are simulated', async () => {
    const fields = await simulate(node.useCases, { fields: [aField({ name: 'order_id', valid: 'value == "1"' })] });
    expect(fields.groups[0]?.cause).toMatchObject({ scope: 'FIELD', action: 'ADDED', name: 'order_id' });
    const other = { ...refund(), scenarioId: uuid(51), name: 'Account' };
    const relationships = [aRelationship(refundId, 'DEPENDS_ON', uuid(51))];
    const related = await simulate(node.useCases, { scenarios: [other], relationships });
    const added = expect.objectContaining({
      kind: 'START',
      cause: expect.objectContaining({ scope: 'RELATIONSHIP', action: 'ADDED' }),
    });
    expect(related.groups).toContainEqual(added);
    const replaced = await simulate(node.useCases, { scenarios: [other], isComplete: true });
    expect(replaced.groups[0]).toMatchObject({ cause: { scope: 'SCENARIO', action: 'REMOVED', scenarioId: refundId } });
  });

  test('a session that ran on an earlier version is compared with that version', async () => {
    const scenario = refund({ isCheckpoint: false });
    await node.useCases.putScenario({ agent, scenario, expectedVersion: undefined }, unboundedCall);
    const latest = await simulate(node.useCases, {});
    expect(listGroups(latest)[0]).toBe('SKIPPED_CHECK confirm is_checkpoint 1+0');
    const earlier = await simulate(node.useCases, { versions: [{ scenarioId: refundId, version: 1 }] });
    expect(earlier).toMatchObject({ turnCount: 2, groups: [] });
    await play(node.useCases, uuid(5), [start, giveOrder]);
    const both = await simulate(node.useCases, { sessionIds: [uuid(3), uuid(5)] });
    expect(both).toMatchObject({ sessionCount: 2, turnCount: 4, differingTurnCount: 1 });
  });

  test('a session that cannot be simulated is counted with the reason', async () => {
    await play(node.useCases, uuid(6), [{ ...start, agentId: uuid(7) }]);
    const result = await simulate(node.useCases, { sessionIds: [uuid(6), uuid(99), uuid(3)] });
    expect(result.incomplete).toEqual([
      {
        sessionId: uuid(6),
        problem: { reason: 'OTHER_AGENT', turnId: '', text: `The session belongs to agent ${uuid(7)}.` },
      },
      {
        sessionId: uuid(99),
        problem: { reason: 'NOT_RECORDED', turnId: '', text: 'The session has no recorded turn.' },
      },
    ]);
    expect(result.sessionCount).toBe(1);
  });

  test('a turn that other settings decided is not reproduced', async () => {
    const other = otherNode.createUseCases({ startThreshold: 0.95 });
    const result = await simulate(other, {});
    expect(result).toMatchObject({ turnCount: 0, sessionCount: 0 });
    expect(result.incomplete).toMatchObject([{ sessionId: uuid(3), problem: { reason: 'NOT_REPRODUCED' } }]);
  });

  test.each<[string, Partial<SimulateTurnsCommand>, object]>([
    [
      'scenario',
      { scenarios: [refund({}, { entryStepId: 'missing' })] },
      { reason: 'SCENARIO_REFUSED', violations: [expect.objectContaining({ field: 'scenarios[0].entry_step_id' })] },
    ],
    [
      'field',
      { fields: [aField({ name: 'order_id', valid: 'value ==' })] },
      { reason: 'FIELDS_REFUSED', violations: [expect.objectContaining({ field: 'fields.fields[0].valid' })] },
    ],
    [
      'relationship',
      { relationships: [aRelationship(refundId, 'DEPENDS_ON', refundId)] },
      { reason: 'RELATIONSHIP_REFUSED', violations: [expect.objectContaining({ field: 'relationships[0]' })] },
    ],
    [
      'call',
      {
        scenarios: [
          refund({ isCheckpoint: false, calls: { scenarioId: refundId, reuseCompleted: false, returns: [] } }),
        ],
      },
      { reason: 'SCENARIO_REFUSED' },
    ],
    ['version', { versions: [{ scenarioId: refundId, version: 99 }] }, { reason: 'SCENARIO_NOT_FOUND' }],
  ])('an invalid %s is refused', async (_what, command, error) => {
    await expect(simulate(node.useCases, command)).rejects.toMatchObject(error);
  });

  test('a call that has ended stops', async () => {
    const command = {
      agent,
      sessionIds: [uuid(4)],
      scenarios: [refund()],
      versions: [],
      relationships: [],
      fields: undefined,
      isComplete: false,
    };
    const ended = createCall(0, new AbortController().signal);
    await expect(node.useCases.simulateTurns(command, ended)).rejects.toMatchObject({ reason: 'DEADLINE' });
  });
});

test('a session whose first turns are not kept is simulated from a kept state', async () => {
  const folder = await createTemporaryFolder();
  const clock = new FakeClock();
  const limits = { turnLimits: { recordedTurns: 20 }, sessionTtlMs: 3_600_000, clock, monotonicClock: clock };
  const { sessionStore: store, catalogue: scenarios, turnFeed: feed } = openEmbedded({ path: folder.path, ...limits });
  const service = createService({ store, scenarios, feed, close: () => store.close() }, { clock });
  await service.useCases.putScenario({ agent, scenario: refund(), expectedVersion: undefined }, unboundedCall);
  await play(service.useCases, uuid(3), [start, ...Array.from({ length: 59 }, () => ({})), giveOrder]);
  const { turns } = await store.listTurns(
    { key: { ...agent, sessionId: uuid(3) }, afterRevision: 0, limit: 500 },
    unboundedCall,
  );
  expect(turns[0]?.revision).toBeGreaterThan(1);
  const result = await simulate(service.useCases, { scenarios: [refund({ isCheckpoint: false })] });
  expect(result.turnCount).toBeGreaterThan(4);
  expect(result.turnCount).toBeLessThanOrEqual(turns.length);
  expect(listGroups(result)[0]).toBe('SKIPPED_CHECK confirm is_checkpoint 1+0');
  expect(result.incomplete).toEqual([]);
  await service.close();
  await folder.remove();
});
