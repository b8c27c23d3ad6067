import { createNotSupersedableError, type SupersedingProblem } from '../../../src/core/model/superseding';

const turn = { sessionId: 'session', supersedesTurnId: 'turn-1' };
const send = 'Send the turn without supersedes_turn_id.';

test.each<[SupersedingProblem, string]>([
  [
    'NOT_LAST_TURN',
    'the last turn of the session is turn-2. Supersede that one, or send the turn without supersedes_turn_id.',
  ],
  ['NOT_A_MESSAGE', `it is not a MESSAGE turn. ${send}`],
  ['WRITE_ACTION_HINTED', `its plan hinted a WRITE action, which may be under way. ${send}`],
  ['STATE_NOT_KEPT', `a release up to 0.2 applied it and did not keep the state before it. ${send}`],
])('13: the error for %s explains why the turn cannot be superseded, and what to do', (problem, explanation) => {
  expect(createNotSupersedableError(turn, { lastTurnId: 'turn-2' }, problem)).toMatchObject({
    reason: 'TURN_NOT_SUPERSEDABLE',
    message: `Turn turn-1 cannot be superseded: ${explanation}`,
    metadata: {
      session_id: 'session',
      superseded_turn_id: 'turn-1',
      last_turn_id: 'turn-2',
      problem,
    },
  });
});

test('13: the error for a session without turns states that it has none', () => {
  expect(createNotSupersedableError(turn, undefined, 'NOT_LAST_TURN')).toMatchObject({
    message: `Turn turn-1 cannot be superseded: the session has no turns. ${send}`,
    metadata: { last_turn_id: '' },
  });
});
