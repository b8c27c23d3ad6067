import type { Relationship, Scenario } from '../../../../src/core/model/scenario';
import type { ScenarioCatalogue } from '../../../../src/server/ports/scenario-catalogue';
import { unboundedCall } from '../../../support/calls';
import { uuid } from '../../../support/session-builder';
import { aDefinition } from './a-definition';
import {
  agent,
  aRelationship,
  booking,
  type CatalogueUnderTest,
  listNumbers,
  type OpenCatalogue,
  refund,
  storedAt,
} from './catalogue-under-test';

/** Defines the tests of `load` for every ScenarioCatalogue. */
export function testCatalogueLoad(open: OpenCatalogue): void {
  let catalogueUnderTest: CatalogueUnderTest;
  let catalogue: ScenarioCatalogue;

  const put = (scenario: Scenario, contentHash: string, owner = agent) =>
    catalogue.put(owner, scenario, { contentHash, storedAt, expectedVersion: undefined }, unboundedCall);
  const revision = (owner = agent) => catalogue.revision(owner, unboundedCall);
  const load = (owner = agent) => catalogue.load(owner, unboundedCall);
  const scenario = (scenarioId: string) => aDefinition({ scenarioId });

  beforeEach(async () => {
    catalogueUnderTest = await open();
    catalogue = catalogueUnderTest.catalogue;
  });
  afterEach(() => catalogueUnderTest.close());

  it('sorts scenarios by id, and relationships by kind, source type, source and target', async () => {
    const ids = [uuid(30), uuid(5), 'é', 'z', 'Z', '', '~x', 'a|b', 'a/b'];
    for (const id of ids) await put(scenario(id), 'a');
    const relationships = ids.flatMap((id) => [
      aRelationship({ kind: 'RELATED', sourceId: id, targetScenarioId: uuid(30) }),
      aRelationship({ kind: 'EXCLUDES', sourceType: 'RULE', sourceId: uuid(30), targetScenarioId: id }),
      aRelationship({ kind: 'EXCLUDES', sourceId: uuid(5), targetScenarioId: id }),
    ]);
    for (const each of relationships) await catalogue.putRelationship(agent, each, undefined, unboundedCall);
    const content = await load();
    const sorted = [...ids].sort();
    expect(content.scenarios.map(({ scenario: { scenarioId } }) => scenarioId)).toEqual(sorted);
    expect(content.relationships.map(format)).toEqual([
      ...sorted.map((id) => `EXCLUDES RULE ${uuid(30)} ${id}`),
      ...sorted.map((id) => `EXCLUDES SCENARIO ${uuid(5)} ${id}`),
      ...sorted.map((id) => `RELATED SCENARIO ${id} ${uuid(30)}`),
    ]);
  });

  it('never returns a partial change', async () => {
    const link = aRelationship({ sourceId: refund, targetScenarioId: booking });
    const writes = (async () => {
      for (const number of listNumbers(30)) {
        await put(scenario(refund), `hash ${number}`);
        await catalogue.putRelationship(agent, link, undefined, unboundedCall);
        await catalogue.delete(agent, refund, undefined, unboundedCall);
      }
    })();
    const contents = await Promise.all(listNumbers(60).map(() => load()));
    await writes;
    for (const { revision: at, scenarios, relationships } of [...contents, await load()]) {
      // Each round has three changes: a put, a relationship, and a delete that removes both.
      expect([scenarios.length, relationships.length]).toEqual(
        [
          [0, 0],
          [1, 0],
          [1, 1],
        ][at % 3],
      );
    }
  });

  it('returns the content of one agent of one tenant', async () => {
    const otherAgent = { tenantId: uuid(1), agentId: uuid(99) };
    const otherTenant = { tenantId: uuid(99), agentId: uuid(2) };
    await put(scenario(refund), 'a');
    expect(await revision(otherAgent)).toBe(0);
    expect(await load(otherTenant)).toEqual({ revision: 0, scenarios: [], relationships: [] });
    await put(scenario(booking), 'b', otherTenant);
    expect((await load()).scenarios).toMatchObject([{ scenario: { scenarioId: refund } }]);
  });
}

function format({ kind, sourceType, sourceId, targetScenarioId }: Relationship): string {
  return `${kind} ${sourceType} ${sourceId} ${targetScenarioId}`;
}
