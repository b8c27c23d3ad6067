import type { TurnRecord } from '../../gen/focal/orchestration/v1/session_service';
import type { Catalogue } from '../../src/core/scenario/catalogue';
import { FoldedSession } from './folded-session';
import type { SentTurn } from './ledger';
import type { Violation, ViolationKind } from './violation';

/** A recorded turn, with the response's bytes as the service told them. */
export interface RecordedTurn extends Pick<TurnRecord, 'revision' | 'turnId' | 'request'> {
  readonly response: Uint8Array;
}

/** A session as its callers know it and as the service holds it. */
export interface SessionToCheck {
  readonly sessionId: string;
  readonly sent: ReadonlyMap<string, SentTurn>;
  /** In the order in which the service lists them. */
  readonly recorded: readonly RecordedTurn[];
  /** The encoded session; undefined where there is none. */
  readonly state: Uint8Array | undefined;
}

/**
 * Everything that is wrong with a session: revisions that are not 1, 2, 3 ...; acknowledged turns that are not there exactly once,
 * with exactly the response that was acknowledged; turns that nobody sent; responses and a state that are not what the rules make
 * of the recorded turns. A turn that was sent and never acknowledged may be there once, or not.
 */
export function checkSession(session: SessionToCheck, catalogue: Catalogue): readonly Violation[] {
  return [...revisionViolations(session), ...turnViolations(session), ...foldViolations(session, catalogue)];
}

function revisionViolations({ sessionId, recorded }: SessionToCheck): Violation[] {
  const index = recorded.findIndex(({ revision }, at) => revision !== at + 1);
  if (index === -1) return [];
  return [violation('gap', sessionId, `revision ${recorded[index]?.revision} stands at place ${index + 1}`)];
}

function turnViolations({ sessionId, sent, recorded }: SessionToCheck): Violation[] {
  const found: Violation[] = [];
  const responses = new Map<string, Uint8Array>();
  for (const { turnId, response } of recorded) {
    if (responses.has(turnId)) found.push(violation('doubled', sessionId, `turn ${turnId} is recorded twice`));
    if (!sent.has(turnId)) found.push(violation('response', sessionId, `turn ${turnId} was never sent`));
    responses.set(turnId, response);
  }
  for (const { turnId, acknowledged } of sent.values()) {
    if (acknowledged === undefined) continue;
    const response = responses.get(turnId);
    if (response === undefined) found.push(violation('lost', sessionId, `turn ${turnId} was acknowledged and is gone`));
    else if (!acknowledged.equals(response)) {
      found.push(violation('response', sessionId, `turn ${turnId} is recorded with another response than was given`));
    }
  }
  return found;
}

/** The first difference is told: what comes after follows from it. */
function foldViolations({ sessionId, recorded, state }: SessionToCheck, catalogue: Catalogue): Violation[] {
  const folded = new FoldedSession(catalogue);
  for (const { turnId, revision, request, response } of recorded) {
    if (request !== undefined && equal(folded.decide(request, response), response)) continue;
    return [violation('response', sessionId, `turn ${turnId} at revision ${revision} is not what the rules decide`)];
  }
  if (equal(folded.state(), state)) return [];
  return [violation('state', sessionId, 'the session is not what its recorded turns make of it')];
}

function equal(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return Buffer.compare(left, right) === 0;
}

function violation(kind: ViolationKind, sessionId: string, what: string): Violation {
  return { kind, text: `session ${sessionId}: ${what}` };
}
