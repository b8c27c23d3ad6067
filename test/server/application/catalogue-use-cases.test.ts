import type { Relationship, StoredScenario } from '../../../src/core/model/scenario';
import { defaultCompileOptions } from '../../../src/core/scenario/compile-options';
import { CompiledCatalogue } from '../../../src/server/application/compiled-catalogue';
import { deleteScenario } from '../../../src/server/application/delete-scenario';
import { getScenario } from '../../../src/server/application/get-scenario';
import { listScenarios } from '../../../src/server/application/list-scenarios';
import { putScenario } from '../../../src/server/application/put-scenario';
import {
  deleteRelationship,
  listRelationships,
  maxRelationships,
  putRelationship,
} from '../../../src/server/application/relationships';
import { validateScenario } from '../../../src/server/application/validate-scenario';
import { unboundedCall } from '../../support/calls';
import { aRelationship, aScenario, type ScenarioDraft } from '../../support/conversation';
import { FakeClock } from '../../support/fake-clock';
import { MemoryCatalogue } from '../../support/memory-catalogue';
import { asking } from '../../support/sample-scenarios';
import { silentLog } from '../../support/silent-log';

const agent = { tenantId: 'tenant', agentId: 'agent' };

function createDependencies() {
  const scenarios = new MemoryCatalogue();
  const clock = new FakeClock();
  const compileOptions = defaultCompileOptions;
  const catalogue = new CompiledCatalogue({
    scenarios,
    clock,
    log: silentLog,
    compileOptions,
  });
  const contentHasher = {
    hash: (scenario: object) => JSON.stringify(scenario),
    hashFields: (definitions: readonly object[]) => JSON.stringify(definitions),
  };
  const maxResponseBytes = 10_000;
  const measureScenarioBytes = ({ scenario }: StoredScenario) => scenario.name.length;
  return { scenarios, catalogue, clock, contentHasher, compileOptions, maxResponseBytes, measureScenarioBytes };
}
type Deps = ReturnType<typeof createDependencies>;

const put = (deps: Deps, draft: ScenarioDraft, expectedVersion?: number) =>
  putScenario(deps, { agent, scenario: aScenario(draft), expectedVersion }, unboundedCall);
const storeRelationship = (deps: Deps, relationship: Relationship) =>
  putRelationship(deps, { agent, relationship }, unboundedCall);

const broken: ScenarioDraft = {
  scenarioId: 'broken',
  entryStepId: 'nowhere',
  steps: [{ stepId: 's', to: [{ to: 'gone', condition: '18 &&& x' }] }],
};

describe('putScenario', () => {
  test('stores hash and time, returns warnings, and makes the scenario visible to the next turn', async () => {
    const deps = createDependencies();
    await deps.catalogue.open(agent, [], unboundedCall);
    const unreachable = { stepId: 'island', to: ['end'] };
    const draft = asking('a', ['x']);
    const result = await put(deps, { ...draft, steps: [...draft.steps, unreachable] });
    expect(result).toMatchObject({ created: true, stored: { version: 1, storedAt: deps.clock.now() } });
    expect(result.findings.map(({ severity }) => severity)).toEqual(['WARNING']);
    expect((await deps.catalogue.open(agent, [], unboundedCall)).getScenario('a')).toBeDefined();
  });

  test('refuses an invalid scenario with all findings and their field paths, and stores nothing', async () => {
    const deps = createDependencies();
    const refusal = await put(deps, broken).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ reason: 'SCENARIO_REFUSED', metadata: { scenario_id: 'broken' } });
    const { findings } = await validateScenario(deps, aScenario(broken), unboundedCall);
    expect(refusal).toHaveProperty(
      'violations',
      findings.map((finding) => ({
        field: `scenario.${finding.fieldPath}`,
        description: expect.stringContaining(`${finding.severity} ${finding.code}: ${finding.message}`),
      })),
    );
    expect(deps.scenarios.calls).toEqual([]);
  });

  test('refuses an outdated expected version and returns both versions', async () => {
    const deps = createDependencies();
    await put(deps, asking('a', ['x']), 0);
    await expect(put(deps, asking('a', ['y']), 0)).rejects.toMatchObject({
      reason: 'VERSION_MISMATCH',
      metadata: { expected_version: '0', current_version: '1' },
    });
  });
});

test('validateScenario returns the same findings as putScenario and does not call the store', async () => {
  const deps = createDependencies();
  const valid = await validateScenario(deps, aScenario(asking('a', ['x'])), unboundedCall);
  expect(valid).toEqual({ valid: true, findings: [], omittedFindings: 0 });
  expect(await validateScenario(deps, aScenario(broken), unboundedCall)).toMatchObject({ valid: false });
  expect(deps.scenarios.calls).toEqual([]);
});

test('getScenario returns any version, and fails with SCENARIO_NOT_FOUND for an unknown version', async () => {
  const deps = createDependencies();
  await put(deps, asking('a', ['x']));
  await put(deps, asking('a', ['y']));
  const get = (scenarioId: string, version: number) => getScenario(deps, { agent, scenarioId, version }, unboundedCall);
  expect([(await get('a', 0)).version, (await get('a', 1)).version]).toEqual([2, 1]);
  await expect(get('a', 3)).rejects.toMatchObject({
    reason: 'SCENARIO_NOT_FOUND',
    metadata: { scenario_id: 'a', version: '3' },
  });
  await expect(get('b', 0)).rejects.toMatchObject({ metadata: { scenario_id: 'b' } });
});

test('listScenarios returns pages of the matching scenarios in order of their ids', async () => {
  const deps = createDependencies();
  for (const id of ['d', 'a', 'c', 'b']) await put(deps, asking(id, ['x'], { tags: id < 'c' ? ['early'] : [] }));
  await put(deps, asking('e', ['x'], { enabled: false }));
  const list = async (parts: Partial<Parameters<typeof listScenarios>[1]> = {}) => {
    const all = { agent, tag: '', enabled: undefined, afterScenarioId: '', pageSize: 10 };
    const { items, nextCursor: next } = await listScenarios(deps, { ...all, ...parts }, unboundedCall);
    return [items.map(({ scenario }) => scenario.scenarioId).join(''), next];
  };
  expect(await list()).toEqual(['abcde', undefined]);
  expect(await list({ pageSize: 2 })).toEqual(['ab', 'b']);
  expect(await list({ pageSize: 2, afterScenarioId: 'd' })).toEqual(['e', undefined]);
  expect(await list({ pageSize: 2, tag: 'early' })).toEqual(['ab', undefined]);
  expect(await list({ enabled: false })).toEqual(['e', undefined]);
  expect(await list({ enabled: true, afterScenarioId: 'c' })).toEqual(['d', undefined]);
});

test('a page of scenarios is not larger than a message, but has at least one scenario', async () => {
  const deps = createDependencies();
  const sizes = { a: 4_000, b: 4_000, c: 4_000, d: 20_000, e: 10 };
  // An earlier release stored scenarios of any size.
  const earlier = { ...deps, maxResponseBytes: 100_000 };
  for (const [id, size] of Object.entries(sizes)) await put(earlier, asking(id, ['x'], { name: 'x'.repeat(size) }));
  const pages: string[] = [];
  let afterScenarioId: string | undefined = '';
  while (afterScenarioId !== undefined) {
    const query = { agent, tag: '', enabled: undefined, afterScenarioId, pageSize: 10 };
    const page: Awaited<ReturnType<typeof listScenarios>> = await listScenarios(deps, query, unboundedCall);
    pages.push(page.items.map(({ scenario }) => scenario.scenarioId).join(''));
    afterScenarioId = page.nextCursor;
  }
  expect(pages).toEqual(['ab', 'c', 'd', 'e']);
});

test('a scenario that could not be sent is refused, and the earlier version stays', async () => {
  const deps = createDependencies();
  await put(deps, asking('a', ['x'], { name: 'short' }));
  await expect(put(deps, asking('a', ['x'], { name: 'x'.repeat(9_000) }))).rejects.toMatchObject({
    reason: 'TOO_LARGE',
    metadata: { limit: 'max_response_bytes', size: '9000', max_size: '8976' },
  });
  const stored = await getScenario(deps, { agent, scenarioId: 'a', version: 0 }, unboundedCall);
  expect(stored.scenario.name).toBe('short');
});

test('deleteScenario returns whether the scenario existed, and the next turn does not use it', async () => {
  const deps = createDependencies();
  await put(deps, asking('a', ['x']));
  await deps.catalogue.open(agent, [], unboundedCall);
  const remove = (expectedVersion?: number) =>
    deleteScenario(deps, { agent, scenarioId: 'a', expectedVersion }, unboundedCall);
  await expect(remove(7)).rejects.toMatchObject({ reason: 'VERSION_MISMATCH' });
  expect(await remove(1)).toBe(true);
  expect((await deps.catalogue.open(agent, [], unboundedCall)).getScenario('a')).toBeUndefined();
  expect(await remove()).toBe(false);
});

describe('calls', () => {
  const calling = (scenarioId: string, ...calledIds: readonly string[]): ScenarioDraft => ({
    scenarioId,
    steps: [
      ...calledIds.map((calledId, index) => ({
        stepId: `call_${calledId}`,
        calls: { scenarioId: calledId, reuseCompleted: false, returns: [] },
        to: [index + 1 < calledIds.length ? `call_${calledIds[index + 1]}` : 'end'],
      })),
      { stepId: 'end', isTerminal: true },
    ],
  });

  test('11: a scenario that closes a cycle of calls with the stored ones is refused', async () => {
    const deps = createDependencies();
    await put(deps, calling('a', 'x', 'b'));
    await put(deps, calling('b', 'c'));
    await expect(put(deps, calling('c', 'd', 'a'))).rejects.toMatchObject({
      reason: 'SCENARIO_REFUSED',
      metadata: { scenario_id: 'c' },
      violations: [
        {
          field: 'scenario.steps[1].calls.scenario_id',
          description:
            'ERROR CALL_CYCLE: Scenarios call each other in a cycle: "c" -> "a" -> "b" -> "c". None of the calls could return. Remove a call.',
        },
      ],
    });
    expect((await deps.catalogue.open(agent, [], unboundedCall)).getScenario('c')).toBeUndefined();
  });

  test('11: the stored version of the scenario itself does not count, because it is replaced', async () => {
    const deps = createDependencies();
    await put(deps, calling('a', 'b'));
    await put(deps, calling('a', 'c'));
    expect(await put(deps, calling('b', 'a'))).toMatchObject({ created: true });
  });
});

describe('relationships', () => {
  test('1.1: a cycle is refused only if all its relationships are DEPENDS_ON', async () => {
    const deps = createDependencies();
    expect(await storeRelationship(deps, aRelationship('a', 'DEPENDS_ON', 'b'))).toBe(true);
    expect(await storeRelationship(deps, aRelationship('a', 'DEPENDS_ON', 'b'))).toBe(false);
    await storeRelationship(deps, aRelationship('b', 'DEPENDS_ON', 'c'));
    await storeRelationship(deps, aRelationship('c', 'IMPLIES', 'a'));
    await expect(storeRelationship(deps, aRelationship('c', 'DEPENDS_ON', 'a'))).rejects.toMatchObject({
      reason: 'RELATIONSHIP_REFUSED',
      violations: [{ field: 'relationship', description: expect.stringContaining('c -> a -> b -> c') }],
    });
    expect(await listRelationships(deps, agent, unboundedCall)).toHaveLength(3);
  });

  test.each<[string, Relationship]>([
    ['a relationship of a scenario with itself', aRelationship('a', 'EXCLUDES', 'a')],
    ['a rule that depends on a scenario', aRelationship('r', 'DEPENDS_ON', 'a', 'RULE')],
    ['a rule that specializes a scenario', aRelationship('r', 'SPECIALIZES', 'a', 'RULE')],
    ['a rule that leads to a scenario', aRelationship('r', 'LEADS_TO', 'a', 'RULE')],
    ['a dependency to start of another kind', aRelationship('a', 'LEADS_TO', 'b', 'SCENARIO', true)],
  ])('1.1: %s is refused', async (_title, relationship) => {
    const deps = createDependencies();
    await expect(storeRelationship(deps, relationship)).rejects.toMatchObject({ reason: 'RELATIONSHIP_REFUSED' });
    expect(deps.scenarios.calls).not.toContain('putRelationship');
  });

  test('1.1: two relationships that are stored at the same time cannot complete a cycle', async () => {
    const deps = createDependencies();
    const outcomes = await Promise.allSettled([
      storeRelationship(deps, aRelationship('a', 'DEPENDS_ON', 'b')),
      storeRelationship(deps, aRelationship('b', 'DEPENDS_ON', 'a')),
    ]);
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: true },
      { status: 'rejected', reason: expect.objectContaining({ reason: 'RELATIONSHIP_REFUSED' }) },
    ]);
    expect(await listRelationships(deps, agent, unboundedCall)).toHaveLength(1);
  });

  test('relationships that are stored at the same time cannot exceed the limit', async () => {
    const deps = createDependencies();
    for (let index = 1; index < maxRelationships; index += 1) {
      await deps.scenarios.putRelationship(agent, aRelationship(`s${index}`, 'EXCLUDES', 'a'), undefined);
    }
    const outcomes = await Promise.allSettled(
      ['x', 'y', 'z'].map((source) => storeRelationship(deps, aRelationship(source, 'EXCLUDES', 'a'))),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(outcomes[1]).toMatchObject({ reason: { reason: 'TOO_LARGE' } });
    expect(await listRelationships(deps, agent, unboundedCall)).toHaveLength(maxRelationships);
  });

  test('a relationship is not stored if the catalogue changes again and again', async () => {
    const deps = createDependencies();
    const { scenarios } = deps;
    const load = scenarios.load.bind(scenarios);
    scenarios.load = async () => {
      const content = await load();
      return { ...content, revision: content.revision - 1 }; // as if it was changed after the read
    };
    await expect(storeRelationship(deps, aRelationship('a', 'EXCLUDES', 'b'))).rejects.toMatchObject({
      reason: 'TOO_MUCH_CONTENTION',
    });
  });

  test('storing or deleting a relationship takes effect on the next turn', async () => {
    const deps = createDependencies();
    const rule = aRelationship('r', 'EXCLUDES', 'a', 'RULE');
    const rules = async () =>
      (await deps.catalogue.open(agent, [], unboundedCall)).relationships.getExcludingRules('a');
    expect(await rules()).toEqual([]);
    await storeRelationship(deps, rule);
    expect(await rules()).toEqual(['r']);
    expect(await deleteRelationship(deps, { agent, relationship: { ...rule, weight: 1 } }, unboundedCall)).toBe(true);
    expect(await rules()).toEqual([]);
    expect(await deleteRelationship(deps, { agent, relationship: rule }, unboundedCall)).toBe(false);
  });
});
