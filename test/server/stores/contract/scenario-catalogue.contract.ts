import type { Scenario } from '../../../../src/core/model/scenario';
import type { ScenarioCatalogue } from '../../../../src/server/ports/scenario-catalogue';
import { callUntil, canceledCall, unboundedCall } from '../../../support/calls';
import { uuid } from '../../../support/session-builder';
import { aDefinition } from './a-definition';
import { testCatalogueLoad } from './catalogue-load.contract';
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
import { testFields } from './fields.contract';

/** The tests of every ScenarioCatalogue. */
export function testScenarioCatalogue(open: OpenCatalogue): void {
  describe('changes', () => testChanges(open));
  describe('load', () => testCatalogueLoad(open));
  describe('field definitions', () => testFields(open));
}

function testChanges(open: OpenCatalogue): void {
  let catalogueUnderTest: CatalogueUnderTest;
  let catalogue: ScenarioCatalogue;

  const put = (scenario: Scenario, contentHash: string, expectedVersion?: number, owner = agent) =>
    catalogue.put(owner, scenario, { contentHash, storedAt, expectedVersion }, unboundedCall);
  const revision = (owner = agent) => catalogue.revision(owner, unboundedCall);
  const load = (owner = agent) => catalogue.load(owner, unboundedCall);
  const get = (scenarioId: string, version: number) => catalogue.get(agent, scenarioId, version, unboundedCall);
  const scenario = (scenarioId: string, name = 'Refund') => aDefinition({ scenarioId, name });

  beforeEach(async () => {
    catalogueUnderTest = await open();
    catalogue = catalogueUnderTest.catalogue;
  });
  afterEach(() => catalogueUnderTest.close());

  describe('an empty catalogue', () => {
    it('has revision 0 and no content', async () => {
      expect(await revision()).toBe(0);
      expect(await load()).toEqual({ revision: 0, scenarios: [], relationships: [] });
      expect(await get(refund, 0)).toBeUndefined();
      expect(await get(refund, 1)).toBeUndefined();
    });

    it('deletes nothing and keeps its revision', async () => {
      expect(await catalogue.delete(agent, refund, undefined, unboundedCall)).toEqual({
        kind: 'deleted',
        existed: false,
      });
      expect(await catalogue.deleteRelationship(agent, aRelationship(), unboundedCall)).toBe(false);
      expect(await revision()).toBe(0);
    });
  });

  describe('put', () => {
    it('stores version 1 of a new scenario', async () => {
      const stored = { scenario: scenario(refund), version: 1, contentHash: 'a', storedAt };
      expect(await put(scenario(refund), 'a')).toEqual({ kind: 'stored', stored, created: true });
      expect(await get(refund, 0)).toEqual(stored);
      expect(await get(refund, 1)).toEqual(stored);
      expect(await load()).toEqual({ revision: 1, scenarios: [stored], relationships: [] });
    });

    it('stores the next version of changed content and keeps the old version', async () => {
      await put(scenario(refund, 'Old'), 'a');
      await put(scenario(refund, 'New'), 'b');
      expect(await get(refund, 0)).toMatchObject({ version: 2, scenario: { name: 'New' } });
      expect(await get(refund, 1)).toMatchObject({ version: 1, scenario: { name: 'Old' } });
      expect(await get(refund, 3)).toBeUndefined();
      expect((await load()).scenarios).toMatchObject([{ version: 2, scenario: { name: 'New' } }]);
    });

    it('keeps the latest version for unchanged content', async () => {
      await put(scenario(refund, 'First'), 'a');
      const again = await put(scenario(refund, 'Second'), 'a');
      expect(again).toMatchObject({
        kind: 'stored',
        created: false,
        stored: { version: 1, scenario: { name: 'First' } },
      });
      expect(await revision()).toBe(1);
    });

    it('stores a new version for the content of an older version', async () => {
      await put(scenario(refund), 'a');
      await put(scenario(refund), 'b');
      expect(await put(scenario(refund), 'a')).toMatchObject({ created: true, stored: { version: 3 } });
    });

    it('returns a conflict if the expected version differs', async () => {
      expect(await put(scenario(refund), 'a', 1)).toEqual({ kind: 'conflict', currentVersion: 0 });
      expect(await put(scenario(refund), 'a', 0)).toMatchObject({ kind: 'stored', created: true });
      expect(await put(scenario(refund), 'b', 0)).toEqual({ kind: 'conflict', currentVersion: 1 });
      expect(await put(scenario(refund), 'a', 2)).toEqual({ kind: 'conflict', currentVersion: 1 });
      expect(await put(scenario(refund), 'b', 1)).toMatchObject({ kind: 'stored', stored: { version: 2 } });
      expect(await revision()).toBe(2);
    });

    it('stores a large scenario', async () => {
      const large = aDefinition({ scenarioId: refund, description: 'x'.repeat(1_000_000) });
      await put(large, 'a');
      expect((await get(refund, 0))?.scenario).toEqual(large);
    });

    it('assigns unique versions to concurrent puts', async () => {
      const outcomes = await Promise.all(listNumbers(20).map((number) => put(scenario(refund), `hash ${number}`)));
      const versions = outcomes.map((outcome) => outcome.kind === 'stored' && outcome.stored.version);
      expect([...versions].sort(compareNumbers)).toEqual(listNumbers(20));
      expect(await revision()).toBe(20);
    });

    it('succeeds once for concurrent puts that expect the same version', async () => {
      await put(scenario(refund), 'a');
      const outcomes = await Promise.all(listNumbers(10).map((number) => put(scenario(refund), `hash ${number}`, 1)));
      expect(outcomes.filter(({ kind }) => kind === 'stored')).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === 'conflict')).toHaveLength(9);
    });
  });

  describe('delete', () => {
    it('removes all versions and does not reuse their numbers', async () => {
      await put(scenario(refund), 'a');
      await put(scenario(refund), 'b');
      expect(await catalogue.delete(agent, refund, undefined, unboundedCall)).toEqual({
        kind: 'deleted',
        existed: true,
      });
      expect(await get(refund, 0)).toBeUndefined();
      expect(await get(refund, 1)).toBeUndefined();
      expect(await get(refund, 2)).toBeUndefined();
      expect(await load()).toEqual({ revision: 3, scenarios: [], relationships: [] });
      expect(await put(scenario(refund), 'b', 0)).toMatchObject({ created: true, stored: { version: 3 } });
    });

    it('returns a conflict if the expected version differs', async () => {
      await put(scenario(refund), 'a');
      const conflict = { kind: 'conflict', currentVersion: 1 };
      expect(await catalogue.delete(agent, refund, 2, unboundedCall)).toEqual(conflict);
      expect(await catalogue.delete(agent, refund, 0, unboundedCall)).toEqual(conflict);
      expect(await get(refund, 0)).toMatchObject({ version: 1 });
      expect(await catalogue.delete(agent, refund, 1, unboundedCall)).toEqual({ kind: 'deleted', existed: true });
      expect(await catalogue.delete(agent, refund, 1, unboundedCall)).toEqual({ kind: 'conflict', currentVersion: 0 });
    });

    it('removes only the relationships that reference the scenario', async () => {
      await put(scenario(refund), 'a');
      const from = aRelationship({ sourceId: refund, targetScenarioId: booking });
      const to = aRelationship({ sourceId: booking, targetScenarioId: refund });
      const byRule = aRelationship({ sourceType: 'RULE', sourceId: uuid(30), targetScenarioId: refund });
      const ruleOfSameId = aRelationship({ sourceType: 'RULE', sourceId: refund, targetScenarioId: booking });
      for (const each of [from, to, byRule, ruleOfSameId])
        await catalogue.putRelationship(agent, each, undefined, unboundedCall);
      await catalogue.delete(agent, refund, undefined, unboundedCall);
      expect((await load()).relationships).toEqual([ruleOfSameId]);
      expect(await revision()).toBe(6);
    });
  });

  describe('relationships', () => {
    it('replace one with the same kind, source and target', async () => {
      expect(await catalogue.putRelationship(agent, aRelationship({ weight: 0.25 }), undefined, unboundedCall)).toEqual(
        { kind: 'stored', created: true },
      );
      expect(await catalogue.putRelationship(agent, aRelationship({ weight: 0.5 }), undefined, unboundedCall)).toEqual({
        kind: 'stored',
        created: false,
      });
      expect((await load()).relationships).toEqual([aRelationship({ weight: 0.5 })]);
      expect(await revision()).toBe(2);
    });

    it('keep the revision if they are unchanged', async () => {
      await catalogue.putRelationship(agent, aRelationship(), undefined, unboundedCall);
      expect(await catalogue.putRelationship(agent, aRelationship(), undefined, unboundedCall)).toEqual({
        kind: 'stored',
        created: false,
      });
      expect(await revision()).toBe(1);
    });

    it('are not stored if the catalogue has another revision, unless they are stored already', async () => {
      await put(scenario(refund), 'a');
      const link = aRelationship({ weight: 0.25 });
      expect(await catalogue.putRelationship(agent, link, 0, unboundedCall)).toEqual({ kind: 'conflict' });
      expect(await load()).toMatchObject({ revision: 1, relationships: [] });
      expect(await catalogue.putRelationship(agent, link, 1, unboundedCall)).toEqual({ kind: 'stored', created: true });
      expect(await catalogue.putRelationship(agent, link, 1, unboundedCall)).toEqual({
        kind: 'stored',
        created: false,
      });
      const changed = aRelationship({ weight: 0.5 });
      expect(await catalogue.putRelationship(agent, changed, 1, unboundedCall)).toEqual({ kind: 'conflict' });
      expect(await load()).toMatchObject({ revision: 2, relationships: [link] });
    });

    it('can be stored at revision 0 of an empty catalogue', async () => {
      expect(await catalogue.putRelationship(agent, aRelationship(), 0, unboundedCall)).toEqual({
        kind: 'stored',
        created: true,
      });
    });

    it('are removed regardless of their weight', async () => {
      await catalogue.putRelationship(agent, aRelationship({ weight: 0.25 }), undefined, unboundedCall);
      expect(await catalogue.deleteRelationship(agent, aRelationship({ weight: 0.5 }), unboundedCall)).toBe(true);
      expect(await catalogue.deleteRelationship(agent, aRelationship(), unboundedCall)).toBe(false);
      expect(await load()).toEqual({ revision: 2, scenarios: [], relationships: [] });
    });
  });

  it('increments the revision by one for every change', async () => {
    await put(scenario(refund), 'a');
    expect(await revision()).toBe(1);
    await put(scenario(booking), 'b');
    expect(await revision()).toBe(2);
    await catalogue.putRelationship(agent, aRelationship({ sourceId: uuid(77) }), undefined, unboundedCall);
    expect(await revision()).toBe(3);
    await catalogue.deleteRelationship(agent, aRelationship({ sourceId: uuid(77) }), unboundedCall);
    expect(await revision()).toBe(4);
    await catalogue.delete(agent, refund, undefined, unboundedCall);
    expect(await revision()).toBe(5);
    expect((await load()).revision).toBe(5);
  });

  it('does nothing for a call that has ended', async () => {
    const options = { contentHash: 'a', storedAt, expectedVersion: undefined };
    const late = catalogue.put(agent, scenario(refund), options, callUntil(1));
    await expect(late).rejects.toMatchObject({ reason: 'DEADLINE' });
    await expect(catalogue.load(agent, canceledCall)).rejects.toMatchObject({ reason: 'CANCELLED' });
    expect(await revision()).toBe(0);
  });

  it('rejects calls after close, and close is idempotent', async () => {
    await catalogue.close();
    await catalogue.close();
    await expect(revision()).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await expect(put(scenario(refund), 'a')).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
  });
}

function compareNumbers(left: number | false, right: number | false): number {
  return Number(left) - Number(right);
}
