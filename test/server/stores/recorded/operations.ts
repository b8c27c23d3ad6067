import type { SessionKey } from '../../../../src/core/model/session';
import type { AgentKey, ScenarioCatalogue } from '../../../../src/server/ports/scenario-catalogue';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { unboundedCall } from '../../../support/calls';
import { aCommit, toHexRecord } from '../contract/turn-driver';
import { previousSession, recordedRelationship, recordedScenario, recordedSession, recordedTurns } from './values';

// The operations that wrote the recorded bytes in release 0.1.0, and checks of the stored values.

export const recordedKey: SessionKey = { tenantId: recordedSession.tenantId, sessionId: recordedSession.sessionId };
export const recordedAgent: AgentKey = { tenantId: 'tenant', agentId: 'agent / of {one}' };

const storedAt = 1_700_000_000_013;
const versions = [
  { scenario: recordedScenario, contentHash: 'hash' },
  { scenario: { ...recordedScenario, name: 'Refund 2' }, contentHash: 'hash 2' },
];

export async function commitRecordedTurns(store: SessionStore): Promise<void> {
  const [first, second] = recordedTurns;
  await store.commit({ previousSession: undefined, session: previousSession, record: first }, unboundedCall);
  await store.commit({ previousSession, session: recordedSession, record: second }, unboundedCall);
}

export async function putRecordedCatalogue(catalogue: ScenarioCatalogue): Promise<void> {
  for (const { scenario, contentHash } of versions) {
    const options = { contentHash, storedAt, expectedVersion: undefined };
    await catalogue.put(recordedAgent, scenario, options, unboundedCall);
  }
  await catalogue.putRelationship(recordedAgent, recordedRelationship, unboundedCall);
}

/** Checks the session and its turns, then commits another turn. */
export async function expectRecordedSession(store: SessionStore): Promise<void> {
  expect(await store.read(recordedKey, unboundedCall)).toEqual(recordedSession);
  const { turns } = await store.listTurns({ key: recordedKey, afterRevision: 0, limit: 10 }, unboundedCall);
  expect(turns.map(toHexRecord)).toEqual(recordedTurns.map(toHexRecord));
  const [first] = recordedTurns;
  const replay = await store.commit({ ...aCommit(previousSession, first.turnId) }, unboundedCall);
  expect(replay.kind === 'known' && toHexRecord(replay.record)).toEqual(toHexRecord(first));
  expect(await store.commit(aCommit(recordedSession, 'turn 3'), unboundedCall)).toEqual({ kind: 'committed' });
}

export async function expectRecordedCatalogue(catalogue: ScenarioCatalogue): Promise<void> {
  const [first, second] = versions.map((version, index) => ({ ...version, version: index + 1, storedAt }));
  expect(await catalogue.load(recordedAgent, unboundedCall)).toEqual({
    revision: 3,
    scenarios: [second],
    relationships: [recordedRelationship],
  });
  expect(await catalogue.get(recordedAgent, recordedScenario.scenarioId, 1, unboundedCall)).toEqual(first);
}
