import type { FieldDefinition } from '../../../../src/core/model/field-definition';
import type { ScenarioCatalogue } from '../../../../src/server/ports/scenario-catalogue';
import { callUntil, canceledCall, unboundedCall } from '../../../support/calls';
import { aField, aText } from '../../../support/field-definitions';
import { uuid } from '../../../support/session-builder';
import { aDefinition } from './a-definition';
import {
  agent,
  type CatalogueUnderTest,
  listNumbers,
  type OpenCatalogue,
  refund,
  storedAt,
} from './catalogue-under-test';

/** Every setting is set. To a catalogue, the definitions are opaque. */
const every = aField({
  name: 'size',
  type: 'LIST',
  itemType: 'ENUM',
  values: [{ value: 'small', synonyms: ['S', 's'] }],
  description: aText('The size.', { de: 'Die Größe.', constructor: 'x' }),
  prompt: aText('Which size?'),
  examples: [aText('small'), aText('S', { de: 'K' })],
  valid: 'size(value) > 0',
  reason: aText('At least one.'),
  sources: ['TOOL', 'CUSTOMER'],
  sensitive: true,
  maxAgeMs: 90_500,
});

/** The tests of the field definitions for every ScenarioCatalogue (section 10). */
export function testFields(open: OpenCatalogue): void {
  let tested: CatalogueUnderTest;
  let catalogue: ScenarioCatalogue;

  const put = (definitions: readonly FieldDefinition[], contentHash: string, expectedVersion?: number, of = agent) =>
    catalogue.putFields(of, definitions, { contentHash, storedAt, expectedVersion }, unboundedCall);
  const get = (of = agent) => catalogue.getFields(of, unboundedCall);
  const load = async (of = agent) => (await catalogue.load(of, unboundedCall)).fields;
  const revision = (of = agent) => catalogue.revision(of, unboundedCall);

  beforeEach(async () => {
    tested = await open();
    catalogue = tested.catalogue;
  });
  afterEach(() => tested.close());

  it('10: an agent has none at first', async () => {
    expect([await get(), await load(), await revision()]).toEqual([undefined, undefined, 0]);
  });

  it('10: are stored as version 1 with every setting', async () => {
    const stored = { definitions: [every, aField({ name: 'any' })], version: 1, contentHash: 'a', storedAt };
    expect(await put(stored.definitions, 'a')).toEqual({ kind: 'stored', stored, created: true });
    expect([await get(), await load(), await revision()]).toEqual([stored, stored, 1]);
  });

  it('10: replace those before, with the next version', async () => {
    await put([every], 'a');
    await put([], 'b');
    expect(await get()).toEqual({ definitions: [], version: 2, contentHash: 'b', storedAt });
    expect([await load(), await revision()]).toEqual([await get(), 2]);
  });

  it('10: are not stored again with the same content hash', async () => {
    await put([every], 'a');
    expect(await put([], 'a')).toMatchObject({
      kind: 'stored',
      created: false,
      stored: { version: 1, definitions: [every] },
    });
    expect(await revision()).toBe(1);
  });

  it('10: are stored again after other definitions', async () => {
    for (const contentHash of ['a', 'b', 'a']) await put([every], contentHash);
    expect(await get()).toMatchObject({ version: 3, contentHash: 'a' });
  });

  it('10: are not stored if another version is expected', async () => {
    expect(await put([every], 'a', 1)).toEqual({ kind: 'conflict', currentVersion: 0 });
    expect(await get()).toBeUndefined();
    expect(await put([every], 'a', 0)).toMatchObject({ kind: 'stored', created: true });
    expect(await put([], 'b', 0)).toEqual({ kind: 'conflict', currentVersion: 1 });
    // Also with the same content, as for a scenario.
    expect(await put([every], 'a', 2)).toEqual({ kind: 'conflict', currentVersion: 1 });
    expect(await put([], 'b', 1)).toMatchObject({ kind: 'stored', stored: { version: 2 } });
    expect(await revision()).toBe(2);
  });

  it('10: concurrent changes with an expected version do not overwrite each other', async () => {
    const outcomes = await Promise.all(listNumbers(10).map((number) => put([every], `hash ${number}`, 0)));
    expect(outcomes.filter(({ kind }) => kind === 'stored')).toHaveLength(1);
    expect(await revision()).toBe(1);
  });

  it('10: belong to one agent of one tenant', async () => {
    await put([every], 'a');
    for (const other of [
      { tenantId: uuid(1), agentId: uuid(99) },
      { tenantId: uuid(99), agentId: uuid(2) },
    ]) {
      expect([await get(other), await load(other), await revision(other)]).toEqual([undefined, undefined, 0]);
    }
  });

  it('10: are read with the scenarios at one revision', async () => {
    const options = { contentHash: 'a', storedAt, expectedVersion: undefined };
    await catalogue.put(agent, aDefinition({ scenarioId: refund }), options, unboundedCall);
    await put([every], 'a');
    expect(await catalogue.load(agent, unboundedCall)).toMatchObject({
      revision: 2,
      scenarios: [{ version: 1 }],
      fields: { version: 1 },
    });
    await catalogue.delete(agent, refund, undefined, unboundedCall);
    expect(await load()).toMatchObject({ definitions: [every] });
  });

  it('10: are neither read nor stored for a call that has ended', async () => {
    await expect(catalogue.getFields(agent, canceledCall)).rejects.toMatchObject({ reason: 'CANCELLED' });
    const options = { contentHash: 'a', storedAt, expectedVersion: undefined };
    await expect(catalogue.putFields(agent, [every], options, callUntil(0))).rejects.toMatchObject({
      reason: 'DEADLINE',
    });
    expect(await get()).toBeUndefined();
  });
}
