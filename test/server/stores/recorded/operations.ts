import type { SessionKey } from '../../../../src/core/model/session';
import type { AgentKey, ScenarioCatalogue } from '../../../../src/server/ports/scenario-catalogue';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { unboundedCall } from '../../../support/calls';
import { aCommit, aSummary, toHexRecord } from '../contract/turn-driver';
import { recordedBytes } from './bytes';
import { currentBytes } from './current-bytes';
import { currentSession, previousSession } from './current-values';
import { earlierSession } from './earlier-values';
import { recordedRelationship, recordedScenario, recordedTurns } from './values';

// The operations that wrote the recorded data in release 0.1.0, with a session of the current format, and checks of the stored values.

export const recordedKey: SessionKey = { tenantId: earlierSession.tenantId, sessionId: earlierSession.sessionId };
export const recordedAgent: AgentKey = { tenantId: 'tenant', agentId: 'agent / of {one}' };

const storedAt = 1_700_000_000_013;
const versions = [
  { scenario: recordedScenario, contentHash: 'hash' },
  { scenario: { ...recordedScenario, name: 'Refund 2' }, contentHash: 'hash 2' },
];

export async function commitRecordedTurns(store: SessionStore): Promise<void> {
  const [first, second] = recordedTurns;
  await store.commit(
    {
      previousSession: undefined,
      session: previousSession,
      record: first,
      stateBefore: 'previous',
      isSupersedable: false,
      summary: aSummary(),
    },
    unboundedCall,
  );
  await store.commit(
    {
      previousSession,
      session: currentSession,
      record: second,
      stateBefore: 'previous',
      isSupersedable: false,
      summary: aSummary(),
    },
    unboundedCall,
  );
}

export async function putRecordedCatalogue(catalogue: ScenarioCatalogue): Promise<void> {
  for (const { scenario, contentHash } of versions) {
    const options = { contentHash, storedAt, expectedVersion: undefined };
    await catalogue.put(recordedAgent, scenario, options, unboundedCall);
  }
  await catalogue.putRelationship(recordedAgent, recordedRelationship, undefined, unboundedCall);
}

/** Replaces the session in recorded data of release 0.1.0 by one of the current format. The rest of the data has not changed. */
export function withCurrentSession<Data>(data: Data): Data {
  return JSON.parse(JSON.stringify(data).replaceAll(recordedBytes.session, currentBytes.session));
}

/** Checks the session and its turns, then commits another turn. */
export async function expectRecordedSession(store: SessionStore): Promise<void> {
  expect(await store.read(recordedKey, unboundedCall)).toEqual(earlierSession);
  const { turns } = await store.listTurns({ key: recordedKey, afterRevision: 0, limit: 10 }, unboundedCall);
  expect(turns.map(toHexRecord)).toEqual(recordedTurns.map(toHexRecord));
  const [first] = recordedTurns;
  const replay = await store.commit({ ...aCommit({ ...earlierSession, revision: 1 }, first.turnId) }, unboundedCall);
  expect(replay.kind === 'known' && toHexRecord(replay.record)).toEqual(toHexRecord(first));
  expect(await store.commit(aCommit(earlierSession, 'turn 3'), unboundedCall)).toEqual({ kind: 'committed' });
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
