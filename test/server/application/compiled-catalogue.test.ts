import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import { defaultCompileOptions } from '../../../src/core/scenario/compile-options';
import { CompiledCatalogue, type CompiledCatalogueOptions } from '../../../src/server/application/compiled-catalogue';
import type { Logger } from '../../../src/server/ports/logger';
import { noopTelemetry } from '../../../src/server/telemetry';
import { cancelledCall, unboundedCall } from '../../support/calls';
import { aRelationship, aScenario } from '../../support/conversation';
import { FakeClock } from '../../support/fake-clock';
import { MemoryCatalogue } from '../../support/memory-catalogue';
import { asking } from '../../support/sample-scenarios';
import { silentLog } from '../../support/silent-log';

const agent = { tenantId: 'tenant', agentId: 'agent' };

function aNode(options: CompiledCatalogueOptions = {}, scenarios = new MemoryCatalogue(), log: Logger = silentLog) {
  const clock = new FakeClock();
  const compiled = new CompiledCatalogue(
    { scenarios, clock, telemetry: noopTelemetry, log, compile: defaultCompileOptions },
    options,
  );
  const put = (scenarioId: string, name = scenarioId) =>
    scenarios.put(agent, aScenario(asking(scenarioId, ['x'], { name })), {
      contentHash: name,
      storedAt: 0,
      expectedVersion: undefined,
    });
  const open = (...needed: readonly (readonly [string, number])[]) =>
    compiled.open(
      agent,
      needed.map(([scenarioId, version]) => ({ scenarioId, version })),
      unboundedCall,
    );
  return { clock, scenarios, compiled, put, open };
}

describe('what a turn gets', () => {
  test('is the newest version of each scenario, compiled, and the relationships', async () => {
    const { scenarios, put, open } = aNode();
    await put('a');
    await put('a', 'better');
    await scenarios.putRelationship(agent, aRelationship('a', 'EXCLUDES', 'b'));
    const catalogue = await open();
    expect(catalogue.revision).toBe(3);
    expect(catalogue.getScenario('a')).toMatchObject({ version: 2, name: 'better' });
    expect(catalogue.getScenario('a')).toBe(catalogue.getScenario('a'));
    expect(catalogue.getScenario('b')).toBeUndefined();
    expect(catalogue.relationships.getExcludedScenarios('b')).toEqual(new Set(['a']));
  });

  test('holds the older versions that its instances run on', async () => {
    const { put, open } = aNode();
    for (const name of ['one', 'two', 'three']) await put('a', name);
    const catalogue = await open(['a', 1], ['a', 3], ['a', 7], ['gone', 1]);
    expect(catalogue.getScenarioVersion('a', 1)?.name).toBe('one');
    expect(catalogue.getScenarioVersion('a', 3)).toBe(catalogue.getScenario('a'));
    expect(catalogue.getScenarioVersion('a', 2)).toBeUndefined(); // not asked for
    expect(catalogue.getScenarioVersion('a', 7)).toBeUndefined();
    expect(catalogue.getScenarioVersion('gone', 1)).toBeUndefined();
  });

  test('does not change when the catalogue does', async () => {
    const { put, open, compiled } = aNode();
    await put('a', 'one');
    const before = await open();
    await compiled.applyChange(agent, () => put('a', 'two'));
    await compiled.applyChange(agent, () => put('b'));
    expect(before.getScenario('a')?.name).toBe('one');
    expect(before.getScenario('b')).toBeUndefined();
    expect((await open()).getScenario('b')).toBeDefined();
  });

  test('counts a stored scenario as gone that this version of the service refuses, and says so once', async () => {
    const lines: unknown[] = [];
    const log = { ...silentLog, error: (fields: object) => lines.push(fields) };
    const { scenarios, open } = aNode({}, undefined, { ...log, error: (fields) => void log.error(fields) });
    const broken = aScenario({ scenarioId: 'a', steps: [{ stepId: 's', to: ['nowhere'] }] });
    await scenarios.put(agent, broken, { contentHash: '', storedAt: 0, expectedVersion: undefined });
    const catalogue = await open();
    expect([catalogue.getScenario('a'), catalogue.getScenario('a')]).toEqual([undefined, undefined]);
    expect(lines).toMatchObject([
      { scenario_id: 'a', version: 1, codes: expect.arrayContaining(['DANGLING_TRANSITION']) },
    ]);
  });
});

describe('staleness', () => {
  test('the store is asked once, then only for its revision when what is known is too old', async () => {
    const { clock, scenarios, put, open } = aNode({ stalenessMs: 1_000 });
    await put('a');
    await open();
    expect(scenarios.reads()).toEqual(['load']);
    clock.advance(499);
    await open();
    expect(scenarios.reads()).toEqual([]);
    clock.advance(501);
    await open();
    expect(scenarios.reads()).toEqual(['revision']);
  });

  test("another node's change is seen when what is known is older than the staleness", async () => {
    const { clock, put, open } = aNode({ stalenessMs: 1_000 });
    await put('a', 'one');
    await open();
    await put('a', 'two');
    clock.advance(400);
    expect((await open()).getScenario('a')?.name).toBe('one');
    clock.advance(600);
    expect((await open()).getScenario('a')?.name).toBe('two');
  });

  test('past half of the staleness it looks in the background, and no turn waits', async () => {
    const { clock, scenarios, put, open } = aNode({ stalenessMs: 1_000 });
    await put('a', 'one');
    await open();
    await put('a', 'two');
    scenarios.reads();
    clock.advance(500);
    expect((await open()).getScenario('a')?.name).toBe('one');
    await settle();
    expect(scenarios.reads()).toEqual(['revision', 'load']);
    expect((await open()).getScenario('a')?.name).toBe('two');
    clock.advance(499);
    await open();
    expect(scenarios.reads()).toEqual([]);
  });

  test('a staleness of 0 looks on every turn', async () => {
    const { scenarios, open } = aNode({ stalenessMs: 0 });
    await open();
    await open();
    await open();
    expect(scenarios.reads()).toEqual(['load', 'revision', 'revision']);
  });

  test('a change that the store tells of is seen at once', async () => {
    const { scenarios, compiled, put, open } = aNode();
    await put('a', 'one');
    await open();
    await put('a', 'two');
    scenarios.tell({ ...agent });
    expect((await open()).getScenario('a')?.name).toBe('two');
    compiled.close();
    await put('a', 'three');
    scenarios.tell(agent);
    expect((await open()).getScenario('a')?.name).toBe('two');
  });
});

describe('single flight', () => {
  test('a hundred turns at once ask the store once', async () => {
    const { clock, scenarios, put, open } = aNode();
    await put('a');
    const first = await Promise.all(Array.from({ length: 100 }, () => open()));
    expect(scenarios.reads()).toEqual(['load']);
    expect(new Set(first).size).toBe(1);
    clock.advance(2_000);
    await Promise.all(Array.from({ length: 100 }, () => open()));
    expect(scenarios.reads()).toEqual(['revision']);
  });

  test('an older version is fetched once, and again after the scenario changed', async () => {
    const { scenarios, compiled, put, open } = aNode();
    await put('a', 'one');
    await put('a', 'two');
    await Promise.all([open(['a', 1]), open(['a', 1])]);
    const [first, second] = [await open(['a', 1]), await open(['a', 1])];
    expect(scenarios.reads()).toEqual(['load', 'get']);
    expect(first.getScenarioVersion('a', 1)).toBe(second.getScenarioVersion('a', 1));
    await compiled.applyChange(agent, () => put('a', 'three'));
    await open(['a', 1]);
    expect(scenarios.reads()).toEqual(['revision', 'load', 'get']);
  });

  test('versions of a scenario that was deleted and put again are gone', async () => {
    const { scenarios, compiled, put, open } = aNode();
    await put('a', 'one');
    await put('a', 'two');
    expect((await open(['a', 1])).getScenarioVersion('a', 1)).toBeDefined();
    await compiled.applyChange(agent, () => scenarios.delete(agent, 'a', undefined));
    await compiled.applyChange(agent, () => put('a', 'new'));
    const catalogue = await open(['a', 1]);
    expect(catalogue.getScenario('a')?.version).toBe(3);
    expect(catalogue.getScenarioVersion('a', 1)).toBeUndefined();
  });

  test('a look that fails fails all who wait for it, and the next one tries again', async () => {
    const { scenarios, put, open } = aNode();
    await put('a');
    scenarios.beforeRead = () => Promise.reject(new OrchestratorError('STORE_UNAVAILABLE', 'No answer.'));
    const outcomes = await Promise.allSettled([open(), open()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    scenarios.beforeRead = () => Promise.resolve();
    expect((await open()).getScenario('a')).toBeDefined();
  });

  test('a store that is away hurts nobody while what is known is fresh enough', async () => {
    const { clock, scenarios, put, open } = aNode();
    await put('a');
    await open();
    scenarios.beforeRead = () => Promise.reject(new OrchestratorError('STORE_UNAVAILABLE', 'No answer.'));
    clock.advance(900);
    expect((await open()).getScenario('a')).toBeDefined();
    await settle();
    clock.advance(100);
    await expect(open()).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
  });

  test('a caller who gave up while it waited gets CANCELLED; the others do not', async () => {
    const { compiled, put, open } = aNode();
    await put('a');
    const other = open();
    await expect(compiled.open(agent, [], cancelledCall)).rejects.toMatchObject({ reason: 'CANCELLED' });
    expect((await other).getScenario('a')).toBeDefined();
  });
});

describe('reading what one wrote', () => {
  test('a look that began before the change does not hide it', async () => {
    const { scenarios, compiled, put, open } = aNode();
    await put('a', 'one');
    let release: () => void = () => undefined;
    const { beforeRead } = scenarios;
    // The load has read the old state and is slow to come back.
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const load = scenarios.load.bind(scenarios);
    scenarios.load = async () => {
      const content = await load();
      await slow;
      return content;
    };
    const early = open();
    await settle();
    scenarios.load = load;
    scenarios.beforeRead = beforeRead;
    await compiled.applyChange(agent, () => put('a', 'two'));
    expect((await open()).getScenario('a')?.name).toBe('two');
    release();
    expect((await early).getScenario('a')?.name).toBe('one');
    expect((await open()).getScenario('a')?.name).toBe('two');
  });

  test('also where the answer of the change was lost', async () => {
    const { compiled, put, open } = aNode();
    await put('a', 'one');
    await open();
    const lost = compiled.applyChange(agent, async () => {
      await put('a', 'two');
      throw new OrchestratorError('STORE_UNAVAILABLE', 'No answer.');
    });
    await expect(lost).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    expect((await open()).getScenario('a')?.name).toBe('two');
  });
});

describe('bounds', () => {
  test('what is compiled is taken over where the version is the same', async () => {
    const { compiled, put, open } = aNode();
    await put('a');
    const before = (await open()).getScenario('a');
    await compiled.applyChange(agent, () => put('b'));
    expect((await open()).getScenario('a')).toBe(before);
  });

  test('the agents that were used longest ago are forgotten', async () => {
    const { scenarios, compiled } = aNode({ maxAgents: 2 });
    const open = (agentId: string) => compiled.open({ tenantId: 't', agentId }, [], unboundedCall);
    for (const agentId of ['1', '2', '1', '3', '1']) await open(agentId);
    expect(scenarios.reads()).toEqual(['load', 'load', 'load']);
    await open('2');
    expect(scenarios.reads()).toEqual(['load']);
  });

  test('older versions that were used longest ago are fetched again', async () => {
    const { scenarios, put, open } = aNode({ maxOlderVersions: 2 });
    for (const name of ['one', 'two', 'three', 'four']) await put('a', name);
    for (const version of [1, 2, 3, 3, 1]) await open(['a', version]);
    expect(scenarios.reads()).toEqual(['load', 'get', 'get', 'get', 'get']);
  });

  test('a turn with more older versions than are kept still gets all of them', async () => {
    const { put, open } = aNode({ maxOlderVersions: 1 });
    for (const name of ['one', 'two', 'three', 'four']) await put('a', name);
    const catalogue = await open(['a', 1], ['a', 2], ['a', 3]);
    expect([1, 2, 3].map((version) => catalogue.getScenarioVersion('a', version)?.name)).toEqual([
      'one',
      'two',
      'three',
    ]);
  });
});

/** Lets everything run that waits for nothing outside. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('a look that takes too long is a store that does not answer, not the deadline of a caller', async () => {
  const scenarios = new MemoryCatalogue();
  scenarios.load = () => Promise.reject(new OrchestratorError('DEADLINE', 'The time is over.'));
  await expect(aNode({}, scenarios).open()).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
});
