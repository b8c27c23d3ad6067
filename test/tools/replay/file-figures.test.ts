import { addScores, EMPTY_SCORE } from '../../../tools/replay/dialogue-score';
import { disagreementText } from '../../../tools/replay/disagreement-text';
import { figuresTable } from '../../../tools/replay/figures-table';
import { figuresJson, figuresOf } from '../../../tools/replay/file-figures';

const score = {
  ...EMPTY_SCORE,
  turns: 3,
  active: { hits: 2, of: 3 },
  acts: { ...EMPTY_SCORE.acts, ASK: { both: 1, planOnly: 1, referenceOnly: 0 } },
  asksOfKnown: 1,
  resume: { hits: 1, of: 1 },
  disagreements: [{ dialogueId: 'd1', turn: 2, missing: ['INFORM b', 'ASK a'], extra: [] }],
};

describe('figures of a file', () => {
  it('are made of the sums of its dialogues', () => {
    const figures = figuresOf('f', addScores(score, score));
    expect(figures).toMatchObject({ file: 'f', turns: 6, asksOfKnown: 2, active: 2 / 3, resumeRecall: 1 });
    expect(figures.ask).toEqual({ precision: 0.5, recall: 1, f1: 2 / 3 });
  });

  it('are null where there is nothing to count', () => {
    const figures = figuresOf('f', score);
    expect([figures.confirm.f1, figures.pauseReturnRecall, figures.finalState]).toEqual([null, null, null]);
  });

  it('are one JSON object with the keys that others rely on', () => {
    expect(JSON.parse(figuresJson(figuresOf('f', score)))).toEqual({
      file: 'f',
      turns: 3,
      active: 0.6667,
      ask_f1: 0.6667,
      confirm_f1: null,
      action_f1: null,
      inform_f1: null,
      asks_of_known: 1,
      unconfirmed_actions: 0,
      pause_return_recall: null,
      resume_recall: 1,
      complete_in_window: null,
      final_state: null,
    });
    expect(figuresJson(figuresOf('f', score))).not.toContain('\n');
  });

  it('are two tables for people', () => {
    expect(figuresTable([figuresOf('f', score)])).toBe(
      [
        'file  turns  active      ASK p/r/f1  CONFIRM p/r/f1  ACTION p/r/f1  INFORM p/r/f1',
        'f         3    .667  .500 1.00 .667           - - -          - - -          - - -',
        '',
        'file  asks of known  unconfirmed  pause+return  resume  complete  final state',
        'f                 1            0             -    1.00         -            -',
      ].join('\n'),
    );
  });

  it('tell where plan and recording differ', () => {
    const [first] = score.disagreements;
    expect(first && disagreementText('f', first)).toBe('f d1 turn 2: missing ASK a, INFORM b');
    expect(disagreementText('f', { dialogueId: 'd', turn: 1, missing: [], extra: ['ASK a'] })).toBe(
      'f d turn 1: too much ASK a',
    );
  });
});
