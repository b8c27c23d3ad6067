import { openEmbedded } from '../../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../../support/calls';
import { FakeClock } from '../../../support/fake-clock';
import { uuid } from '../../../support/session-builder';
import { aDefinition } from '../contract/a-definition';
import { testScenarioCatalogue } from '../contract/scenario-catalogue.contract';
import { createTemporaryFolder } from './temporary-folder';

async function openCatalogue() {
  const folder = await createTemporaryFolder();
  const openStores = () =>
    openEmbedded({
      path: folder.path,
      sessionTtlMs: 60_000,
      turnLimits: { recordedTurns: 10 },
      clock: new FakeClock(),
      monotonicClock: new FakeClock(),
    }).catalogue;
  let catalogue = openStores();
  return {
    get catalogue() {
      return catalogue;
    },
    reopen: async () => {
      await catalogue.close();
      catalogue = openStores();
    },
    close: async () => {
      await catalogue.close();
      await folder.remove();
    },
  };
}

describe('EmbeddedCatalogue', () => {
  testScenarioCatalogue(openCatalogue);

  it('keeps its content after it is reopened', async () => {
    const agent = { tenantId: uuid(1), agentId: uuid(2) };
    const options = { contentHash: 'a', storedAt: 1, expectedVersion: undefined };
    const catalogueUnderTest = await openCatalogue();
    await catalogueUnderTest.catalogue.put(agent, aDefinition({ scenarioId: uuid(11) }), options, unboundedCall);
    const before = await catalogueUnderTest.catalogue.load(agent, unboundedCall);
    await catalogueUnderTest.reopen();
    expect(await catalogueUnderTest.catalogue.load(agent, unboundedCall)).toEqual(before);
    await catalogueUnderTest.close();
  });
});
