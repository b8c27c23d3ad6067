import { join } from 'node:path';
import { ProcessTurnRequest, ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { StoredScenario } from '../../../gen/focal/orchestration/v1/scenario';
import { loadScenarioFiles } from '../../../src/cli/files';
import { RandomTurns } from '../../../tools/chaos/random-turns';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
import { TurnLog } from '../../../tools/chaos/turn-log';
import {
  buildCatalogue,
  ExpectedSession,
  type ObservedSession,
  type RecordedTurn,
  verifySession,
} from '../../../tools/chaos/verify-session';

const sessionId = '9d0c2f35-1a55-4c52-8a3e-7f1f0a6b2c01';
const scenarios = loadScenarioFiles([join(__dirname, '..', '..', '..', 'examples', 'scenarios')]).scenarios.map(
  ({ message }) => message,
);
const catalogue = buildCatalogue(scenarios.map((scenario) => StoredScenario.fromPartial({ scenario, version: 1 })));

/** A recorded response without a proposal of a model. */
const emptyResponse = new Uint8Array();

/** Builds a correct session: all ten turns are acknowledged and recorded. */
function aCorrectSession(): ObservedSession & { readonly recordedTurns: readonly RecordedTurn[] } {
  const turns = new RandomTurns(sessionId, scenarios, new SeededRandom(7));
  const expected = new ExpectedSession(catalogue);
  const turnLog = new TurnLog();
  const recordedTurns = Array.from({ length: 10 }, (_, index) => {
    const { turnId, request: bytes } = turns.next();
    const request = ProcessTurnRequest.decode(bytes);
    const response = expected.decide(request, emptyResponse);
    turnLog.recordResponse(turnLog.add(sessionId, turnId, bytes), Buffer.from(response), false);
    return { revision: index + 1, turnId, request, response };
  });
  return {
    sessionId,
    sentTurns: turnLog.sessions.get(sessionId) ?? new Map(),
    recordedTurns,
    state: expected.encodeState(),
  };
}

function findKinds(session: ObservedSession): readonly string[] {
  return verifySession(session, catalogue).map(({ kind }) => kind);
}

/** Changes one field of the response. */
function alterResponse(response: Uint8Array): Uint8Array {
  const message = ProcessTurnResponse.decode(response);
  return ProcessTurnResponse.encode({ ...message, turnCount: message.turnCount + 1 }).finish();
}

describe('the verification of a session', () => {
  it('reports nothing for a correct session', () => {
    expect(findKinds(aCorrectSession())).toEqual([]);
  });

  it('covers turns with lifecycle and transition decisions', () => {
    const responses = aCorrectSession().recordedTurns.map(({ response }) => ProcessTurnResponse.decode(response));
    expect(responses.some(({ lifecycleDecisions }) => lifecycleDecisions.length > 1)).toBe(true);
    expect(responses.some(({ transitionDecisions }) => transitionDecisions.length > 0)).toBe(true);
  });

  it('reports a lost turn and the gap in the revisions', () => {
    const session = aCorrectSession();
    const recordedTurns = session.recordedTurns.filter((_, index) => index !== 4);
    expect(findKinds({ ...session, recordedTurns })).toEqual(expect.arrayContaining(['lost', 'gap']));
  });

  it('reports a lost last turn even if revisions and state are consistent', () => {
    const session = aCorrectSession();
    const recordedTurns = session.recordedTurns.slice(0, -1);
    const expected = new ExpectedSession(catalogue);
    for (const { request, response } of recordedTurns) if (request !== undefined) expected.decide(request, response);
    expect(findKinds({ ...session, recordedTurns, state: expected.encodeState() })).toEqual(['lost']);
  });

  it('reports a turn that was applied twice', () => {
    const session = aCorrectSession();
    const [first] = session.recordedTurns;
    const recordedTurns = [...session.recordedTurns, ...(first === undefined ? [] : [{ ...first, revision: 11 }])];
    expect(findKinds({ ...session, recordedTurns })).toContain('duplicate');
  });

  it('reports a recorded response that differs from the acknowledged one', () => {
    const session = aCorrectSession();
    const recordedTurns = session.recordedTurns.map((turn, index) =>
      index === 9 ? { ...turn, response: alterResponse(turn.response) } : turn,
    );
    expect(findKinds({ ...session, recordedTurns })).toEqual(['response', 'response']);
  });

  it('reports an acknowledged response that differs from the decision of the rules', () => {
    const session = aCorrectSession();
    const recordedTurns = session.recordedTurns.map((turn) => ({ ...turn, response: alterResponse(turn.response) }));
    for (const { turnId, response } of recordedTurns) {
      const turn = session.sentTurns.get(turnId);
      if (turn !== undefined) turn.acknowledgedResponse = Buffer.from(response);
    }
    expect(findKinds({ ...session, recordedTurns })).toEqual(['response']);
  });

  it('reports a state that differs from the result of the turns', () => {
    const session = aCorrectSession();
    const expected = new ExpectedSession(catalogue);
    for (const { request, response } of session.recordedTurns.slice(0, -1)) {
      if (request !== undefined) expected.decide(request, response);
    }
    expect(findKinds({ ...session, state: expected.encodeState() })).toEqual(['state']);
    expect(findKinds({ ...session, state: undefined })).toEqual(['state']);
  });

  it('reports a recorded turn that was never sent', () => {
    const session = aCorrectSession();
    const sentTurns = new Map(session.sentTurns);
    sentTurns.delete(session.recordedTurns[0]?.turnId ?? '');
    expect(findKinds({ ...session, sentTurns })).toEqual(['response']);
  });

  it('accepts a recorded turn that was not acknowledged', () => {
    const session = aCorrectSession();
    const last = session.sentTurns.get(session.recordedTurns[9]?.turnId ?? '');
    if (last !== undefined) last.acknowledgedResponse = undefined;
    expect(findKinds(session)).toEqual([]);
  });
});
