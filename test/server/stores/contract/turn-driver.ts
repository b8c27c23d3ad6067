import type { Session, SessionKey } from '../../../../src/core/model/session';
import type { CommitOutcome, SessionStore, TurnCommit, TurnRecord } from '../../../../src/server/ports/session-store';
import type { TurnSummary } from '../../../../src/server/ports/turn-feed';
import { unboundedCall } from '../../../support/calls';
import { aSession, uuid } from '../../../support/session-builder';

/** What the feed has of a turn that starts a scenario. */
export function aSummary(parts: Partial<TurnSummary> = {}): TurnSummary {
  return {
    trigger: 'MESSAGE',
    decisions: [
      {
        scenarioId: uuid(11),
        scenarioVersion: 1,
        action: 'START',
        reason: 'CANDIDATE',
        sourceStepId: 'first',
        targetStepId: 'second',
        transitionReason: 'ENTERED',
      },
    ],
    rejections: [{ scenarioId: uuid(12), reason: 'BELOW_THRESHOLD' }],
    supersedesTurnId: '',
    ...parts,
  };
}

/** Creates the commit of a turn that only increments the revision. Request and response contain the turn id. */
export function aCommit(previous: Session, turnId: string, parts: Partial<TurnCommit['record']> = {}): TurnCommit {
  const revision = previous.revision + 1;
  return {
    previousSession: previous.revision === 0 && previous.importedFrom === '' ? undefined : previous,
    session: {
      ...previous,
      revision,
      turnCount: revision,
      lastTurnId: turnId,
      updatedAt: 1_700_000_000_000 + revision,
    },
    record: {
      revision,
      turnId,
      occurredAt: 1_700_000_000_000 + revision,
      committedAt: 1_700_000_000_500 + revision,
      request: Buffer.from(`request of ${turnId}`),
      response: Buffer.from(`response of ${turnId} at ${revision}`),
      ...parts,
    },
    stateBefore: 'previous',
    isSupersedable: true,
    summary: aSummary(),
  };
}

/** Applies a turn as the service does: loads the session, commits, and retries after each conflict. */
export async function applyTurn(store: SessionStore, key: SessionKey, turnId: string): Promise<CommitOutcome> {
  const { session, recordedTurn: known } = await store.load(key, turnId, unboundedCall);
  if (known !== undefined) return { kind: 'known', record: known };
  let outcome: CommitOutcome = { kind: 'conflict', session };
  while (outcome.kind === 'conflict') {
    const previous = outcome.session ?? aSession(key);
    outcome = await store.commit(aCommit(previous, turnId), unboundedCall);
  }
  return outcome;
}

/** Converts the bytes of a record to hexadecimal, so that records are compared regardless of the class of their bytes. */
export function toHexRecord(record: TurnRecord) {
  const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const basis = record.basis && toHex(record.basis);
  return { ...record, request: toHex(record.request), response: toHex(record.response), basis };
}
