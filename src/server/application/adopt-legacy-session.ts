import type { Session, SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';
import type { LegacySessionStore } from '../ports/legacy-session-store';
import type { SessionStore } from '../ports/session-store';
import { type ConversionDependencies, convertLegacySession } from './convert-legacy-session';

export interface LegacySessionDependencies extends ConversionDependencies {
  readonly store: SessionStore;
  /** Absent where no older service left any. */
  readonly olderSessions?: LegacySessionStore | undefined;
}

/**
 * The session that an older service has left behind, on its first load in this format (section 8): stored, as an import by call is,
 * unless `validateOnly`. Undefined where there is none. It is the record's agent that it belongs to, where the record tells.
 */
export async function adoptLegacySession(
  deps: LegacySessionDependencies,
  owner: SessionKey & { readonly agentId: string },
  validateOnly: boolean,
  call: Call,
): Promise<Session | undefined> {
  const session = await findLegacySession(deps, owner, owner.agentId, call);
  return session === undefined || validateOnly ? session : (await deps.store.create(session, call)).session;
}

/** The session that an older service has left behind in this format; undefined where there is none, or nothing tells its agent. */
export async function findLegacySession(
  deps: Omit<LegacySessionDependencies, 'store'>,
  { tenantId, sessionId }: SessionKey,
  agentOfTurn: string,
  call: Call,
): Promise<Session | undefined> {
  const key = { tenantId, sessionId };
  const record = await deps.olderSessions?.find(key, call);
  const agentId = record?.agentId || agentOfTurn;
  if (record === undefined || agentId === '') return undefined;
  return (await convertLegacySession(deps, { ...key, agentId }, record, call)).session;
}
