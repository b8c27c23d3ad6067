import type { Scenario } from '../../../src/core/model/scenario';
import { defaultCompileOptions } from '../../../src/core/scenario/compile-options';
import type { PhaseCommand } from '../../../src/server/application/decide-phases';
import { noopMetrics } from '../../../src/server/telemetry';
import { unboundedCall } from '../../support/calls';
import { aScenario, type ScenarioDraft } from '../../support/conversation';
import { aField } from '../../support/field-definitions';
import { range } from '../../support/range';
import {
  createService,
  openEmbeddedStores,
  type ServiceUnderTest,
  type StoresUnderTest,
} from '../../support/service-under-test';
import { uuid } from '../../support/session-builder';
import { createCommand } from '../../support/turn-dependencies';

const agent = { tenantId: uuid(1), agentId: uuid(2) };
const session = { tenantId: uuid(1), sessionId: uuid(3) };

/** A chain of steps with conditions that are FALSE: costly to pass, and to compile. */
const chain = (scenarioId: string, steps: number): ScenarioDraft => ({
  scenarioId,
  steps: [
    ...range(steps, (step) => ({
      stepId: `s${step}`,
      to: [
        ...range(3, (each) => ({ to: 'end', condition: `data.n > ${each}.0`, priority: 1 })),
        { to: step + 1 < steps ? `s${step + 1}` : 'end' },
      ],
    })),
    { stepId: 'end', isTerminal: true },
  ],
});

const large: Scenario = aScenario(chain(uuid(50), 200));
const small: Scenario = aScenario(chain(uuid(51), 3));

/** The turn work and definition work that the large scenario needs and the small one does not. */
const turnWork = 10_000;
const definitionWork = 200_000;

describe('a call that needs too much work', () => {
  let stores: StoresUnderTest;
  let service: ServiceUnderTest;
  let counted: string[];
  beforeEach(() => {
    counted = [];
    const metrics = { ...noopMetrics, recordWorkLimit: (work: string) => counted.push(work) };
    const compileOptions = { ...defaultCompileOptions, definitionWork };
    stores = openEmbeddedStores();
    service = createService(stores, { metrics, compileOptions, settings: { turnWork } });
  });
  afterEach(() => service.close());

  /** Stores a scenario that was accepted with a higher limit. */
  async function store(scenario: Scenario): Promise<void> {
    const options = { contentHash: '', storedAt: 0, expectedVersion: undefined };
    await stores.scenarios.put(agent, scenario, options, unboundedCall);
  }

  const turn = (scenario: Scenario, number = 1) =>
    createCommand({
      turnId: uuid(1_000 + number),
      candidates: [{ scenarioId: scenario.scenarioId, score: 1 }],
      customerData: { n: 0 },
    });

  test('ProcessTurn fails, changes nothing and is counted; a turn of another scenario succeeds', async () => {
    await store(large);
    await store(small);
    const refused = service.useCases.processTurn(turn(large), unboundedCall);
    await expect(refused).rejects.toMatchObject({
      reason: 'WORK_LIMIT',
      message: expect.stringContaining('Use fewer'),
      metadata: { limit: String(turnWork), setting: 'limits.turn_work' },
    });
    await expect(service.useCases.getSession(session, unboundedCall)).rejects.toMatchObject({
      reason: 'SESSION_NOT_FOUND',
    });
    const { result } = await service.useCases.processTurn(turn(small, 2), unboundedCall);
    expect(result.revision).toBe(1);
    // The retry of the refused turn is decided again and fails in the same way.
    await expect(service.useCases.processTurn(turn(large), unboundedCall)).rejects.toMatchObject({
      reason: 'WORK_LIMIT',
    });
    expect((await service.useCases.getSession(session, unboundedCall)).revision).toBe(1);
    expect(counted).toHaveLength(2);
  });

  test('PutScenario fails and stores nothing', async () => {
    const put = (scenario: Scenario) =>
      service.useCases.putScenario({ agent, scenario, expectedVersion: undefined }, unboundedCall);
    await expect(put(large)).rejects.toMatchObject({
      reason: 'WORK_LIMIT',
      metadata: { limit: String(definitionWork), setting: 'limits.definition_work' },
    });
    const query = { agent, scenarioId: large.scenarioId, version: 0 };
    await expect(service.useCases.getScenario(query, unboundedCall)).rejects.toMatchObject({
      reason: 'SCENARIO_NOT_FOUND',
    });
    expect(await put(small)).toMatchObject({ created: true, omittedFindings: 0 });
    expect(counted).toEqual(['compiled conditions']);
  });

  test('ValidateScenario fails', async () => {
    await expect(service.useCases.validateScenario(large, unboundedCall)).rejects.toMatchObject({
      reason: 'WORK_LIMIT',
    });
    expect(await service.useCases.validateScenario(small, unboundedCall)).toMatchObject({ valid: true });
    expect(counted).toEqual(['compiled conditions']);
  });

  test('a stateless method fails, and its inline scenarios share one limit', async () => {
    const decide = (scenarios: readonly Scenario[]) => {
      const command: PhaseCommand = {
        turn: turn(small).turn,
        session: undefined,
        scenarios,
        relationships: [],
        fields: [],
      };
      return service.useCases.decidePhases(command, unboundedCall);
    };
    const parts = range(40, (index) => aScenario(chain(uuid(60 + index), 3)));
    await expect(decide(parts)).rejects.toMatchObject({ reason: 'WORK_LIMIT' });
    expect((await decide(parts.slice(0, 10))).result.lifecycleDecisions).toBeDefined();
    expect(counted).toEqual(['compiled conditions']);
  });

  test('PutFields fails and stores nothing', async () => {
    const definitions = range(300, (index) => aField({ name: `f${index}`, valid: `value != "${index}"` }));
    const refused = service.useCases.putFields({ agent, definitions, expectedVersion: undefined }, unboundedCall);
    await expect(refused).rejects.toMatchObject({ reason: 'WORK_LIMIT' });
    expect(await service.useCases.getFields(agent, unboundedCall)).toBeUndefined();
    expect(counted).toEqual(['compiled conditions']);
  });
});

test('a stored scenario is used whatever work it needs to compile, because it was accepted', async () => {
  const stores = openEmbeddedStores();
  const options = { contentHash: '', storedAt: 0, expectedVersion: undefined };
  await stores.scenarios.put(agent, large, options, unboundedCall);
  const compileOptions = { ...defaultCompileOptions, definitionWork };
  const { useCases, close } = createService(stores, { compileOptions, settings: { turnWork: 1_000_000 } });
  const command = createCommand({ candidates: [{ scenarioId: large.scenarioId, score: 1 }], customerData: { n: 0 } });
  const { result } = await useCases.processTurn(command, unboundedCall);
  expect(result.lifecycleDecisions).toMatchObject([{ action: 'START' }, { action: 'COMPLETE' }]);
  await close();
});
