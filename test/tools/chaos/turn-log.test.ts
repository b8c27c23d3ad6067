import { TurnLog } from '../../../tools/chaos/turn-log';

function aSentTurn() {
  const turnLog = new TurnLog();
  return { turnLog, turn: turnLog.add('session', 'turn', Buffer.from('request')) };
}

const listKinds = (turnLog: TurnLog): readonly string[] => turnLog.violations.map(({ kind }) => kind);

describe('the turn log', () => {
  it('accepts identical responses, in any order of the first response and the replay', () => {
    const { turnLog, turn } = aSentTurn();
    turnLog.recordResponse(turn, Buffer.from('response'), true);
    turnLog.recordResponse(turn, Buffer.from('response'), false);
    expect(listKinds(turnLog)).toEqual([]);
    expect(turnLog.counts).toMatchObject({ acknowledged: 1, replays: 1, comparedReplays: 1 });
  });

  it('reports a replay with different bytes', () => {
    const { turnLog, turn } = aSentTurn();
    turnLog.recordResponse(turn, Buffer.from('response'), false);
    turnLog.recordResponse(turn, Buffer.from('Response'), true);
    expect(listKinds(turnLog)).toEqual(['replay']);
  });

  it('reports a turn that two calls applied', () => {
    const { turnLog, turn } = aSentTurn();
    turnLog.recordResponse(turn, Buffer.from('response'), false);
    turnLog.recordResponse(turn, Buffer.from('response'), false);
    expect(listKinds(turnLog)).toEqual(['duplicate']);
  });
});
