import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import { defaultCompileOptions } from '../../../src/core/scenario/compile-options';
import { CompiledCatalogue, type CompiledCatalogueOptions } from '../../../src/server/application/compiled-catalogue';
import type { Logger } from '../../../src/server/ports/logger';
import { canceledCall, unboundedCall } from '../../support/calls';
import { aRelationship, aScenario } from '../../support/conversation';
import { FakeClock } from '../../support/fake-clock';
import { MemoryCatalogue } from '../../support/memory-catalogue';
import { asking } from '../../support/sample-scenarios';
import { silentLog } from '../../support/silent-log';

const agent = { tenantId: 'tenant', agentId: 'agent' };

function createNode(
  options: CompiledCatalogueOptions = {},
  scenarios = new MemoryCatalogue(),
  log: Logger = silentLog,
) {
  const clock = new FakeClock();
  const compiled = new CompiledCatalogue({ scenarios, clock, log, compileOptions: defaultCompileOptions }, options);
  const put = (scenarioId: string, name = scenarioId) =>
    scenarios.put(agent, aScenario(asking(scenarioId, ['x'], { name })), {
      contentHash: name,
      storedAt: 0,
      expectedVersion: undefined,
    });
  const open = (...versions: readonly (readonly [string, number])[]) =>
    compiled.open(
      agent,
      versions.map(([scenarioId, version]) => ({ scenarioId, version })),
      unboundedCall,
    );
  return { clock, scenarios, compiled, put, open };
}

describe('the catalogue of a turn', () => {
  test('reports an agent whose catalogue was changed here, also if the change failed', async () => {
    const changed: string[] = [];
    const { compiled } = createNode({ onChange: ({ agentId }) => void changed.push(agentId) });
    await expect(compiled.applyChange(agent, () => Promise.resolve('done'))).resolves.toBe('done');
    expect(changed).toEqual(['agent']);
    await expect(compiled.applyChange(agent, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
    compiled.invalidate(agent);
    expect(changed).toEqual(['agent', 'agent']);
  });

  test('has the compiled latest version of every scenario and the relationships', async () => {
    const { scenarios, put, open } = createNode();
    await put('a');
    await put('a', 'better');
    await scenarios.putRelationship(agent, aRelationship('a', 'EXCLUDES', 'b'), undefined);
    const catalogue = await open();
    expect(catalogue.revision).toBe(3);
    expect(catalogue.getScenario('a')).toMatchObject({ version: 2, name: 'better' });
    expect(catalogue.getScenario('a')).toBe(catalogue.getScenario('a'));
    expect(catalogue.getScenario('b')).toBeUndefined();
    expect(catalogue.relationships.getExcludedScenarios('b')).toEqual(new Set(['a']));
  });

  test('has the older versions that instances run on', async () => {
    const { put, open } = createNode();
    for (const name of ['one', 'two', 'three']) await put('a', name);
    const catalogue = await open(['a', 1], ['a', 3], ['a', 7], ['gone', 1]);
    expect(catalogue.getScenarioVersion('a', 1)?.name).toBe('one');
    expect(catalogue.getScenarioVersion('a', 3)).toBe(catalogue.getScenario('a'));
    expect(catalogue.getScenarioVersion('a', 2)).toBeUndefined(); // not requested
    expect(catalogue.getScenarioVersion('a', 7)).toBeUndefined();
    expect(catalogue.getScenarioVersion('gone', 1)).toBeUndefined();
  });

  test('does not change when the stored catalogue changes', async () => {
    const { put, open, compiled } = createNode();
    await put('a', 'one');
    const before = await open();
    await compiled.applyChange(agent, () => put('a', 'two'));
    await compiled.applyChange(agent, () => put('b'));
    expect(before.getScenario('a')?.name).toBe('one');
    expect(before.getScenario('b')).toBeUndefined();
    expect((await open()).getScenario('b')).toBeDefined();
  });

  test('does not have a stored scenario that is invalid in this release, which is logged once', async () => {
    const lines: unknown[] = [];
    const log = { ...silentLog, error: (fields: object) => lines.push(fields) };
    const { scenarios, open } = createNode({}, undefined, { ...log, error: (fields) => void log.error(fields) });
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
  test('the catalogue is loaded once, and only its revision is read when the staleness limit has passed', async () => {
    const { clock, scenarios, put, open } = createNode({ stalenessMs: 1_000 });
    await put('a');
    await open();
    expect(scenarios.takeReads()).toEqual(['load']);
    clock.advance(499);
    await open();
    expect(scenarios.takeReads()).toEqual([]);
    clock.advance(501);
    await open();
    expect(scenarios.takeReads()).toEqual(['revision']);
  });

  test('a change by another node is visible when the clock was set back', async () => {
    const { clock, put, open } = createNode({ stalenessMs: 1_000 });
    await put('a', 'one');
    await open();
    await put('a', 'two');
    clock.advance(-3_600_000);
    expect((await open()).getScenario('a')?.name).toBe('two');
  });

  test('a change by another node is visible when the staleness limit has passed', async () => {
    const { clock, put, open } = createNode({ stalenessMs: 1_000 });
    await put('a', 'one');
    await open();
    await put('a', 'two');
    clock.advance(400);
    expect((await open()).getScenario('a')?.name).toBe('one');
    clock.advance(600);
    expect((await open()).getScenario('a')?.name).toBe('two');
  });

  test('the catalogue is refreshed in the background after half of the staleness limit, and turns do not wait', async () => {
    const { clock, scenarios, put, open } = createNode({ stalenessMs: 1_000 });
    await put('a', 'one');
    await open();
    await put('a', 'two');
    scenarios.takeReads();
    clock.advance(500);
    expect((await open()).getScenario('a')?.name).toBe('one');
    await settle();
    expect(scenarios.takeReads()).toEqual(['revision', 'load']);
    expect((await open()).getScenario('a')?.name).toBe('two');
    clock.advance(499);
    await open();
    expect(scenarios.takeReads()).toEqual([]);
  });

  test('every turn reads the revision if the staleness limit is 0', async () => {
    const { scenarios, open } = createNode({ stalenessMs: 0 });
    await open();
    await open();
    await open();
    expect(scenarios.takeReads()).toEqual(['load', 'revision', 'revision']);
  });

  test('a change that the store reports is visible immediately', async () => {
    const { scenarios, compiled, put, open } = createNode();
    await put('a', 'one');
    await open();
    await put('a', 'two');
    scenarios.notifyChange({ ...agent });
    expect((await open()).getScenario('a')?.name).toBe('two');
    compiled.close();
    await put('a', 'three');
    scenarios.notifyChange(agent);
    expect((await open()).getScenario('a')?.name).toBe('two');
  });
});

describe('shared reads', () => {
  test('a hundred concurrent turns read the store once', async () => {
    const { clock, scenarios, put, open } = createNode();
    await put('a');
    const first = await Promise.all(Array.from({ length: 100 }, () => open()));
    expect(scenarios.takeReads()).toEqual(['load']);
    expect(new Set(first).size).toBe(1);
    clock.advance(2_000);
    await Promise.all(Array.from({ length: 100 }, () => open()));
    expect(scenarios.takeReads()).toEqual(['revision']);
  });

  test('an older version is read once, and again after the scenario changes', async () => {
    const { scenarios, compiled, put, open } = createNode();
    await put('a', 'one');
    await put('a', 'two');
    await Promise.all([open(['a', 1]), open(['a', 1])]);
    const [first, second] = [await open(['a', 1]), await open(['a', 1])];
    expect(scenarios.takeReads()).toEqual(['load', 'get']);
    expect(first.getScenarioVersion('a', 1)).toBe(second.getScenarioVersion('a', 1));
    await compiled.applyChange(agent, () => put('a', 'three'));
    await open(['a', 1]);
    expect(scenarios.takeReads()).toEqual(['revision', 'load', 'get']);
  });

  test('the earlier versions of a scenario do not exist after it is deleted and stored again', async () => {
    const { scenarios, compiled, put, open } = createNode();
    await put('a', 'one');
    await put('a', 'two');
    expect((await open(['a', 1])).getScenarioVersion('a', 1)).toBeDefined();
    await compiled.applyChange(agent, () => scenarios.delete(agent, 'a', undefined));
    await compiled.applyChange(agent, () => put('a', 'new'));
    const catalogue = await open(['a', 1]);
    expect(catalogue.getScenario('a')?.version).toBe(3);
    expect(catalogue.getScenarioVersion('a', 1)).toBeUndefined();
  });

  test('a failed read fails all waiting turns, and the next turn reads again', async () => {
    const { scenarios, put, open } = createNode();
    await put('a');
    scenarios.beforeRead = () => Promise.reject(new OrchestratorError('STORE_UNAVAILABLE', 'No answer.'));
    const outcomes = await Promise.allSettled([open(), open()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    scenarios.beforeRead = () => Promise.resolve();
    expect((await open()).getScenario('a')).toBeDefined();
  });

  test('an unavailable store has no effect until the staleness limit has passed', async () => {
    const { clock, scenarios, put, open } = createNode();
    await put('a');
    await open();
    scenarios.beforeRead = () => Promise.reject(new OrchestratorError('STORE_UNAVAILABLE', 'No answer.'));
    clock.advance(900);
    expect((await open()).getScenario('a')).toBeDefined();
    await settle();
    clock.advance(100);
    await expect(open()).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
  });

  test('a call that is canceled while it waits fails with CANCELLED, and other calls do not', async () => {
    const { compiled, put, open } = createNode();
    await put('a');
    const other = open();
    await expect(compiled.open(agent, [], canceledCall)).rejects.toMatchObject({ reason: 'CANCELLED' });
    expect((await other).getScenario('a')).toBeDefined();
  });
});

describe('reads after a write by the same node', () => {
  test('a read that started before the change does not hide the change', async () => {
    const { scenarios, compiled, put, open } = createNode();
    await put('a', 'one');
    let release: () => void = () => undefined;
    const { beforeRead } = scenarios;
    // The load has read the old state and returns late.
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

  test('a change is visible even if its reply was lost', async () => {
    const { compiled, put, open } = createNode();
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

describe('caching', () => {
  test('a compiled scenario is reused while its version is the same', async () => {
    const { compiled, put, open } = createNode();
    await put('a');
    const before = (await open()).getScenario('a');
    await compiled.applyChange(agent, () => put('b'));
    expect((await open()).getScenario('a')).toBe(before);
  });

  test('the least recently used agents are evicted', async () => {
    const { scenarios, compiled } = createNode({ maxAgents: 2 });
    const open = (agentId: string) => compiled.open({ tenantId: 't', agentId }, [], unboundedCall);
    for (const agentId of ['1', '2', '1', '3', '1']) await open(agentId);
    expect(scenarios.takeReads()).toEqual(['load', 'load', 'load']);
    await open('2');
    expect(scenarios.takeReads()).toEqual(['load']);
  });

  test('the least recently used older versions are evicted', async () => {
    const { scenarios, put, open } = createNode({ maxOlderVersions: 2 });
    for (const name of ['one', 'two', 'three', 'four']) await put('a', name);
    for (const version of [1, 2, 3, 3, 1]) await open(['a', version]);
    expect(scenarios.takeReads()).toEqual(['load', 'get', 'get', 'get', 'get']);
  });

  test('a turn gets all its older versions, even if there are more than the cache holds', async () => {
    const { put, open } = createNode({ maxOlderVersions: 1 });
    for (const name of ['one', 'two', 'three', 'four']) await put('a', name);
    const catalogue = await open(['a', 1], ['a', 2], ['a', 3]);
    expect([1, 2, 3].map((version) => catalogue.getScenarioVersion('a', version)?.name)).toEqual([
      'one',
      'two',
      'three',
    ]);
  });
});

/** Waits until all pending promises have settled. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('a read that times out fails with STORE_UNAVAILABLE, not with DEADLINE', async () => {
  const scenarios = new MemoryCatalogue();
  scenarios.load = () => Promise.reject(new OrchestratorError('DEADLINE', 'The time is over.'));
  await expect(createNode({}, scenarios).open()).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
});

describe('scenarios that a turn may need', () => {
  const steps = Array.from({ length: 400 }, (_, index) => ({
    stepId: `s${index}`,
    to: [{ to: 'end', condition: `data.n > ${index}.0` }, { to: index < 399 ? `s${index + 1}` : 'end' }],
  }));
  const large = (scenarioId: string) =>
    aScenario({ scenarioId, steps: [...steps, { stepId: 'end', isTerminal: true }] });

  async function createNodeWith(...scenarioIds: readonly string[]) {
    const node = createNode();
    for (const id of scenarioIds) {
      const options = { contentHash: id, storedAt: 0, expectedVersion: undefined };
      await node.scenarios.put(agent, large(id), options);
    }
    return node;
  }

  /** Opens the catalogue for a turn, and counts the iterations of the event loop until it is open. */
  async function openAndCount({ compiled }: ReturnType<typeof createNode>, ...scenarioIds: readonly string[]) {
    let [iterations, isOpen] = [0, false];
    const count = (): void => {
      iterations += 1;
      if (!isOpen) setImmediate(count);
    };
    setImmediate(count);
    const catalogue = await compiled.open(agent, [], unboundedCall, scenarioIds);
    isOpen = true;
    return { catalogue, iterations };
  }

  test('are compiled in parts before the turn, and only once', async () => {
    const node = await createNodeWith('a');
    await node.open();
    const first = await openAndCount(node, 'a');
    expect(first.iterations).toBeGreaterThan(3);
    const second = await openAndCount(node, 'a', 'gone');
    expect(second.iterations).toBeLessThanOrEqual(1);
    expect(second.catalogue.getScenario('a')).toBe(first.catalogue.getScenario('a'));
  });

  test('are compiled once for turns that wait for them at the same time', async () => {
    const node = await createNodeWith('a');
    const [one, two] = await Promise.all([openAndCount(node, 'a'), openAndCount(node, 'a')]);
    expect(one.catalogue.getScenario('a')).toBe(two.catalogue.getScenario('a'));
  });

  test('include those that they imply, depend on, lead to or call', async () => {
    const node = await createNodeWith('a', 'implied', 'dependency', 'next', 'other');
    await node.scenarios.putRelationship(agent, aRelationship('a', 'IMPLIES', 'implied'), undefined);
    await node.scenarios.putRelationship(agent, aRelationship('implied', 'DEPENDS_ON', 'dependency'), undefined);
    await node.scenarios.putRelationship(agent, aRelationship('dependency', 'LEADS_TO', 'next'), undefined);
    await openAndCount(node, 'a');
    for (const id of ['implied', 'dependency', 'next']) {
      expect((await openAndCount(node, id)).iterations).toBeLessThanOrEqual(1);
    }
    expect((await openAndCount(node, 'other')).iterations).toBeGreaterThan(3);
  });

  test('are not compiled again when another scenario changes', async () => {
    const node = await createNodeWith('a');
    const before = (await openAndCount(node, 'a')).catalogue.getScenario('a');
    await node.put('b');
    node.compiled.invalidate(agent);
    await node.open();
    const { catalogue, iterations } = await openAndCount(node, 'a', 'b');
    expect(catalogue.getScenario('a')).toBe(before);
    expect(iterations).toBeLessThanOrEqual(2);
  });

  test('are compiled without a pause if a turn needs one that was not named', async () => {
    const node = await createNodeWith('a');
    expect((await node.open()).getScenario('a')?.steps.size).toBe(401);
  });
});
