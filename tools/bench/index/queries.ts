import { listSessions } from '../../../src/server/application/list-sessions';
import { createCall } from '../../../src/server/ports/call';
import { anySession, type SessionFilter } from '../../../src/server/ports/session-index';
import { type FilledStore, tenantId } from './fill-store';

const call = createCall(Number.POSITIVE_INFINITY, new AbortController().signal);

/** Counts everything, and throws if the number of sessions is not that of the fill. */
export async function countSessions({ index, sessions }: FilledStore): Promise<void> {
  const counts = await index.count(tenantId, { agentId: '', scenarioId: '' }, call);
  if (counts.sessions !== sessions) throw new Error(`${counts.sessions} sessions were counted instead of ${sessions}.`);
}

/** Reads the first page of 50 sessions. */
export async function firstPage({ index }: FilledStore, filter: Partial<SessionFilter>): Promise<void> {
  const times = { startedFrom: undefined, startedBefore: undefined, idleSince: undefined };
  const query = { tenantId, filter: { ...anySession, ...filter }, ...times, cursor: '', pageSize: 50 };
  await listSessions({ index, maxResponseBytes: 4_194_304 }, query, call);
}
