import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentKey } from '../../../../src/server/ports/scenario-catalogue';
import { RedisCatalogue } from '../../../../src/server/stores/redis/redis-catalogue';
import { unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { aSession, uuid } from '../../../support/session-builder';
import { aDefinition } from '../contract/a-definition';
import { aRelationship } from '../contract/catalogue-under-test';
import { aCommit, applyTurn } from '../contract/turn-driver';
import type { ClientsUnderTest } from './clients-under-test';

const keyPrefix = 'so:';

/** The user with the permissions that docs/redis.md lists. */
export const orchestratorUser = { username: 'orchestrator', password: 's3cret' };

/** Returns the arguments of the ACL command in docs/redis.md, which creates `orchestratorUser`. */
export function readDocumentedAcl(): readonly string[] {
  const text = readFileSync(join(__dirname, '..', '..', '..', '..', 'docs', 'redis.md'), 'utf8');
  const command = /^ACL (SETUSER orchestrator (?:.*\\\n)*.*)$/m.exec(text)?.[1] ?? '';
  return command.replace('>PASSWORD', `>${orchestratorUser.password}`).replaceAll('\\\n', ' ').trim().split(/\s+/);
}

/** Runs every session and catalogue operation that the service needs. */
export async function runFullWorkload(clients: ClientsUnderTest): Promise<void> {
  const catalogues = [await clients.connect(), await clients.connect()].map(
    (connection) => new RedisCatalogue(connection, { keyPrefix }),
  );
  for (const sessionId of [1, 2, 3, 4, 5, 6, 7, 8].map(uuid)) await useSessions(clients, sessionId);
  for (const each of catalogues) {
    for (const other of catalogues) if (other !== each) await useCatalogues(each, other);
  }
}

async function useSessions(clients: ClientsUnderTest, sessionId: string): Promise<void> {
  const key = { tenantId: uuid(1), sessionId };
  const store = await clients.createStore({ keyPrefix, cachedSessions: 0, recordedTurns: 2 });
  for (const turn of [1, 2, 3, 3]) await applyTurn(store, key, uuid(turn));
  await store.commit(aCommit(aSession({ ...key, revision: 7 }), uuid(9)), unboundedCall);
  await store.commit(aCommit(aSession({ ...key, revision: 7 }), uuid(3)), unboundedCall);
  await store.read(key, unboundedCall);
  await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall);
  await store.delete(key, unboundedCall);
  await store.probe(unboundedCall);
}

async function useCatalogues(here: RedisCatalogue, there: RedisCatalogue): Promise<void> {
  const agent: AgentKey = { tenantId: uuid(1), agentId: uuid(2) };
  const notifications: AgentKey[] = [];
  const stop = there.onChange((changed) => notifications.push(changed));
  let version = 0;
  await eventually(async () => {
    version += 1;
    const options = { contentHash: `hash ${version}`, storedAt: 1, expectedVersion: undefined };
    await here.put(agent, aDefinition(), options, unboundedCall);
    return notifications.length > 0;
  });
  const link = aRelationship({ targetScenarioId: aDefinition().scenarioId });
  await here.putRelationship(agent, link, unboundedCall);
  await here.load(agent, unboundedCall);
  await here.revision(agent, unboundedCall);
  await here.get(agent, aDefinition().scenarioId, 0, unboundedCall);
  await here.deleteRelationship(agent, link, unboundedCall);
  await here.putRelationship(agent, link, unboundedCall);
  await here.delete(agent, aDefinition().scenarioId, undefined, unboundedCall);
  stop();
}
