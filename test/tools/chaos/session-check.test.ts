import { join } from 'node:path';
import { ProcessTurnRequest, ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { StoredScenario } from '../../../gen/focal/orchestration/v1/scenario';
import { loadScenarioFiles } from '../../../src/cli/files';
import { catalogueOf, FoldedSession } from '../../../tools/chaos/folded-session';
import { Ledger } from '../../../tools/chaos/ledger';
import { RandomTurns } from '../../../tools/chaos/random-turns';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
import { checkSession, type RecordedTurn, type SessionToCheck } from '../../../tools/chaos/session-check';

const sessionId = '9d0c2f35-1a55-4c52-8a3e-7f1f0a6b2c01';
const scenarios = loadScenarioFiles([join(__dirname, '..', '..', '..', 'examples', 'scenarios')]).scenarios.map(
  ({ message }) => message,
);
const catalogue = catalogueOf(scenarios.map((scenario) => StoredScenario.fromPartial({ scenario, version: 1 })));

/** That of a turn that no model was asked about. */
const noResponse = new Uint8Array();

/** A session of ten turns as it should be: all acknowledged, all recorded. */
function aSoundSession(): SessionToCheck & { readonly recorded: readonly RecordedTurn[] } {
  const turns = new RandomTurns(sessionId, scenarios, new SeededRandom(7));
  const folded = new FoldedSession(catalogue);
  const ledger = new Ledger();
  const recorded = Array.from({ length: 10 }, (_, index) => {
    const { turnId, request: bytes } = turns.next();
    const request = ProcessTurnRequest.decode(bytes);
    const response = folded.decide(request, noResponse);
    ledger.noteAnswer(ledger.add(sessionId, turnId, bytes), Buffer.from(response), false);
    return { revision: index + 1, turnId, request, response };
  });
  return { sessionId, sent: ledger.sessions.get(sessionId) ?? new Map(), recorded, state: folded.state() };
}

function kindsOf(session: SessionToCheck): readonly string[] {
  return checkSession(session, catalogue).map(({ kind }) => kind);
}

/** The same response, one word different. */
function altered(response: Uint8Array): Uint8Array {
  const message = ProcessTurnResponse.decode(response);
  return ProcessTurnResponse.encode({ ...message, turnCount: message.turnCount + 1 }).finish();
}

describe('the check of a session', () => {
  it('finds nothing wrong with a session that is sound', () => {
    expect(kindsOf(aSoundSession())).toEqual([]);
  });

  it('decides turns that do something: the check of an idle session would show little', () => {
    const responses = aSoundSession().recorded.map(({ response }) => ProcessTurnResponse.decode(response));
    expect(responses.some(({ lifecycleDecisions }) => lifecycleDecisions.length > 1)).toBe(true);
    expect(responses.some(({ transitionDecisions }) => transitionDecisions.length > 0)).toBe(true);
  });

  it('finds an acknowledged turn that is gone, and the gap that it leaves', () => {
    const session = aSoundSession();
    const recorded = session.recorded.filter((_, index) => index !== 4);
    expect(kindsOf({ ...session, recorded })).toEqual(expect.arrayContaining(['lost', 'gap']));
  });

  it('finds that the last turn is gone although revisions and state agree', () => {
    const session = aSoundSession();
    const recorded = session.recorded.slice(0, -1);
    const folded = new FoldedSession(catalogue);
    for (const { request, response } of recorded) if (request !== undefined) folded.decide(request, response);
    expect(kindsOf({ ...session, recorded, state: folded.state() })).toEqual(['lost']);
  });

  it('finds a turn that was applied twice', () => {
    const session = aSoundSession();
    const [first] = session.recorded;
    const recorded = [...session.recorded, ...(first === undefined ? [] : [{ ...first, revision: 11 }])];
    expect(kindsOf({ ...session, recorded })).toContain('doubled');
  });

  it('finds a response that is not the one that was acknowledged', () => {
    const session = aSoundSession();
    const recorded = session.recorded.map((turn, index) =>
      index === 9 ? { ...turn, response: altered(turn.response) } : turn,
    );
    expect(kindsOf({ ...session, recorded })).toEqual(['response', 'response']);
  });

  it('finds a response that was acknowledged and recorded, and that the rules do not decide', () => {
    const session = aSoundSession();
    const recorded = session.recorded.map((turn) => ({ ...turn, response: altered(turn.response) }));
    for (const { turnId, response } of recorded) {
      const turn = session.sent.get(turnId);
      if (turn !== undefined) turn.acknowledged = Buffer.from(response);
    }
    expect(kindsOf({ ...session, recorded })).toEqual(['response']);
  });

  it('finds a state that its turns do not make', () => {
    const session = aSoundSession();
    const folded = new FoldedSession(catalogue);
    for (const { request, response } of session.recorded.slice(0, -1)) {
      if (request !== undefined) folded.decide(request, response);
    }
    expect(kindsOf({ ...session, state: folded.state() })).toEqual(['state']);
    expect(kindsOf({ ...session, state: undefined })).toEqual(['state']);
  });

  it('finds a turn that nobody sent', () => {
    const session = aSoundSession();
    const sent = new Map(session.sent);
    sent.delete(session.recorded[0]?.turnId ?? '');
    expect(kindsOf({ ...session, sent })).toEqual(['response']);
  });

  it('leaves it open whether a turn that was never acknowledged is there', () => {
    const session = aSoundSession();
    const last = session.sent.get(session.recorded[9]?.turnId ?? '');
    if (last !== undefined) last.acknowledged = undefined;
    expect(kindsOf(session)).toEqual([]);
  });
});
