import { formatDisagreement, formatFiguresJson, formatFiguresTable, toFigures } from '../../../tools/replay/figures';
import { addGroupScores, emptyScore, emptyScores, type GroupScores } from '../../../tools/replay/scores';

const whole = {
  ...emptyScore,
  turns: 3,
  activeTurns: { hits: 2, total: 3 },
  acts: { ...emptyScore.acts, ASK: { matched: 1, planOnly: 1, referenceOnly: 0 } },
  asksForKnownFields: 1,
  resumes: { hits: 1, total: 1 },
  disagreements: [{ dialogueId: 'd1', turn: 2, missing: ['INFORM b', 'ASK a'], extra: [] }],
};

const score: GroupScores = { ...emptyScores, all: whole, withoutFreeText: whole, seen: whole };
const noActs = {
  scored_turns: 0,
  active: null,
  ask_f1: null,
  confirm_f1: null,
  action_f1: null,
  inform_f1: null,
};
const acts = { ...noActs, scored_turns: 3, active: 0.6667, ask_f1: 0.6667 };
const noLifecycles = { pause_return_recall: null, resume_recall: null, complete_in_window: null, final_state: null };

describe('the figures of a file', () => {
  it('are computed from the sums of the dialogues', () => {
    const figures = toFigures('f', addGroupScores(score, score));
    expect(figures).toMatchObject({ file: 'f', turns: 6, asksForKnownFields: 2, active: 2 / 3, resumeRecall: 1 });
    expect(figures.ask).toEqual({ precision: 0.5, recall: 1, f1: 2 / 3 });
  });

  it('are null if there is nothing to count', () => {
    const figures = toFigures('f', score);
    expect([figures.confirm.f1, figures.pauseReturnRecall, figures.finalState]).toEqual([null, null, null]);
  });

  it('are one line of JSON with documented keys', () => {
    const lifecycles = { ...noLifecycles, resume_recall: 1 };
    expect(JSON.parse(formatFiguresJson(toFigures('f', score)))).toEqual({
      file: 'f',
      turns: 3,
      ...acts,
      asks_of_known: 1,
      unconfirmed_actions: 0,
      ...lifecycles,
      without_free_text: acts,
      seen: { ...acts, ...lifecycles },
      unseen: { ...noActs, ...noLifecycles },
    });
    expect(formatFiguresJson(toFigures('f', score))).not.toContain('\n');
  });

  it('are formatted as two tables', () => {
    expect(formatFiguresTable([toFigures('f', score)])).toBe(
      [
        'file  scored  active      ASK p/r/f1  CONFIRM p/r/f1  ACTION p/r/f1  INFORM p/r/f1',
        'f          3    .667  .500 1.00 .667           - - -          - - -          - - -',
        '',
        'file  asks for known  unconfirmed  pause+return  resume  complete  final state',
        'f                  1            0             -    1.00         -            -',
      ].join('\n'),
    );
  });

  it('have rows without free text and by charts if these differ', () => {
    const less = { ...whole, activeTurns: { hits: 1, total: 1 } };
    const table = formatFiguresTable([
      toFigures('f', { all: whole, withoutFreeText: less, seen: less, unseen: whole }),
    ]);
    expect(table.split('\n').map((line) => line.slice(0, 31).trimEnd())).toEqual([
      'file            scored  active',
      'f                    3    .667',
      '  no free text       1    1.00',
      '  seen charts        1    1.00',
      '  unseen             3    .667',
      '',
      'file           asks for known',
      'f                           1',
      '  seen charts',
      '  unseen',
    ]);
  });

  it('list the turns in which plan and recording differ', () => {
    const [first] = whole.disagreements;
    expect(first && formatDisagreement('f', first)).toBe('f d1 turn 2: missing ASK a, INFORM b');
    expect(formatDisagreement('f', { dialogueId: 'd', turn: 1, missing: [], extra: ['ASK a'] })).toBe(
      'f d turn 1: extra ASK a',
    );
  });
});
