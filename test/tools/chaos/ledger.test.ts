import { Ledger } from '../../../tools/chaos/ledger';

function aSentTurn() {
  const ledger = new Ledger();
  return { ledger, turn: ledger.add('session', 'turn', Buffer.from('request')) };
}

const kindsOf = (ledger: Ledger): readonly string[] => ledger.violations.map(({ kind }) => kind);

describe('the ledger', () => {
  it('takes the same bytes again as a replay, whichever of the two answers comes first', () => {
    const { ledger, turn } = aSentTurn();
    ledger.noteAnswer(turn, Buffer.from('response'), true);
    ledger.noteAnswer(turn, Buffer.from('response'), false);
    expect(kindsOf(ledger)).toEqual([]);
    expect(ledger.counts).toMatchObject({ acknowledged: 1, replays: 1, replaysCompared: 1 });
  });

  it('finds a replay with other bytes', () => {
    const { ledger, turn } = aSentTurn();
    ledger.noteAnswer(turn, Buffer.from('response'), false);
    ledger.noteAnswer(turn, Buffer.from('Response'), true);
    expect(kindsOf(ledger)).toEqual(['replay']);
  });

  it('finds a turn that was applied by two calls', () => {
    const { ledger, turn } = aSentTurn();
    ledger.noteAnswer(turn, Buffer.from('response'), false);
    ledger.noteAnswer(turn, Buffer.from('response'), false);
    expect(kindsOf(ledger)).toEqual(['doubled']);
  });
});
