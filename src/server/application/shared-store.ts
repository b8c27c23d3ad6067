import type { Session } from '../../core/model/session';
import type { LoadedSession, RecordedTurns, SessionStore, TurnHistory, TurnRecord } from '../ports/session-store';
import { bytesPerUnit, type EventLoopShare } from './event-loop-share';

/** Work of a turn that does not depend on its content, in units: about half a millisecond. */
const turnUnits = 5_000;

/**
 * Records the size of sessions and turns as work of their tenants, and lets a read wait for the share of its tenant before its result is used.
 * `measureSession` returns the bytes of a session that was loaded.
 */
export function withEventLoopShare(
  store: SessionStore,
  share: Pick<EventLoopShare, 'charge' | 'waitForShare'>,
  measureSession: (session: Session) => number,
): SessionStore {
  const measure = (session: Session | undefined): number => (session === undefined ? 0 : measureSession(session));
  const record = (tenantId: string, bytes: number): void => share.charge(tenantId, turnUnits + bytes / bytesPerUnit);
  return {
    async load(key, turnId, call, options): Promise<LoadedSession> {
      const loaded = await store.load(key, turnId, call, options);
      record(key.tenantId, measure(loaded.session));
      return loaded;
    },
    async read(key, call): Promise<Session | undefined> {
      const session = await store.read(key, call);
      record(key.tenantId, measure(session));
      await share.waitForShare(key.tenantId, call);
      return session;
    },
    async listTurns(query, call): Promise<RecordedTurns> {
      const page = await store.listTurns(query, call);
      const { tenantId } = query.key;
      record(tenantId, measureTurns(page.turns));
      await share.waitForShare(tenantId, call);
      return page;
    },
    async readTurnHistory(key, turn, call): Promise<TurnHistory | undefined> {
      const history = await store.readTurnHistory(key, turn, call);
      record(key.tenantId, measure(history?.start?.session) + measureTurns(history?.turns ?? []));
      await share.waitForShare(key.tenantId, call);
      return history;
    },
    commit: (commit, call) => store.commit(commit, call),
    create: (session, call) => store.create(session, call),
    delete: (key, call) => store.delete(key, call),
    onChange: (key, listener) => store.onChange(key, listener),
    probe: (call) => store.probe(call),
    close: () => store.close(),
  };
}

function measureTurns(turns: readonly TurnRecord[]): number {
  return turns.reduce((bytes, { request, response }) => bytes + request.length + response.length, 0);
}
