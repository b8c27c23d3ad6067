import type { Session, SessionKey } from '../../../../src/core/model/session';
import type { CommitOutcome, SessionStore, TurnCommit, TurnRecord } from '../../../../src/server/ports/session-store';
import { unboundedCall } from '../../../support/calls';
import { aSession } from '../../../support/session-builder';

/** The commit of a turn that does nothing but grow the revision; request and response tell which turn it is. */
export function aCommit(before: Session, turnId: string, parts: Partial<TurnCommit['record']> = {}): TurnCommit {
  const revision = before.revision + 1;
  return {
    previousSession: before.revision === 0 && before.importedFrom === '' ? undefined : before,
    session: { ...before, revision, turnCount: revision, lastTurnId: turnId, updatedAt: 1_700_000_000_000 + revision },
    record: {
      revision,
      turnId,
      occurredAt: 1_700_000_000_000 + revision,
      committedAt: 1_700_000_000_500 + revision,
      request: Buffer.from(`request of ${turnId}`),
      response: Buffer.from(`response of ${turnId} at ${revision}`),
      ...parts,
    },
  };
}

/** Does what a caller's turn does: loads, decides, commits, and decides again on each conflict. */
export async function applyTurn(store: SessionStore, key: SessionKey, turnId: string): Promise<CommitOutcome> {
  const { session, recordedTurn: known } = await store.load(key, turnId, unboundedCall);
  if (known !== undefined) return { kind: 'known', record: known };
  let outcome: CommitOutcome = { kind: 'conflict', session };
  while (outcome.kind === 'conflict') {
    const before = outcome.session ?? aSession(key);
    outcome = await store.commit(aCommit(before, turnId), unboundedCall);
  }
  return outcome;
}

/** A record with its bytes as text, so that it is compared byte for byte, whichever class the bytes are. */
export function toHexRecord(record: TurnRecord) {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  return { ...record, request: text(record.request), response: text(record.response) };
}
