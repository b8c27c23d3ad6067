import type { DialogueScore, Share, Tally } from './dialogue-score';

/** How well two sets agree; each is null where there is nothing to divide by. */
export interface Agreement {
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/** The figures of one data file. Shares are 0..1, null where the file has nothing to count. */
export interface FileFigures {
  readonly file: string;
  readonly turns: number;
  readonly active: number | null;
  readonly ask: Agreement;
  readonly confirm: Agreement;
  readonly action: Agreement;
  readonly inform: Agreement;
  readonly asksOfKnown: number;
  readonly unconfirmedActions: number;
  readonly pauseReturnRecall: number | null;
  readonly resumeRecall: number | null;
  readonly completeInWindow: number | null;
  readonly finalState: number | null;
}

/** Makes the figures of a file from the sum of its scores. */
export function figuresOf(file: string, score: DialogueScore): FileFigures {
  return {
    file,
    turns: score.turns,
    active: ratio(score.active),
    ask: agreement(score.acts.ASK),
    confirm: agreement(score.acts.CONFIRM),
    action: agreement(score.acts.ACTION),
    inform: agreement(score.acts.INFORM),
    asksOfKnown: score.asksOfKnown,
    unconfirmedActions: score.unconfirmedActions,
    pauseReturnRecall: ratio(score.pauseReturn),
    resumeRecall: ratio(score.resume),
    completeInWindow: ratio(score.completeInWindow),
    finalState: ratio(score.finalState),
  };
}

/** The figures as `--json` prints them: the keys are an interface, values are rounded to four digits. */
export function figuresJson(figures: FileFigures): string {
  return JSON.stringify({
    file: figures.file,
    turns: figures.turns,
    active: rounded(figures.active),
    ask_f1: rounded(figures.ask.f1),
    confirm_f1: rounded(figures.confirm.f1),
    action_f1: rounded(figures.action.f1),
    inform_f1: rounded(figures.inform.f1),
    asks_of_known: figures.asksOfKnown,
    unconfirmed_actions: figures.unconfirmedActions,
    pause_return_recall: rounded(figures.pauseReturnRecall),
    resume_recall: rounded(figures.resumeRecall),
    complete_in_window: rounded(figures.completeInWindow),
    final_state: rounded(figures.finalState),
  });
}

function agreement({ both, planOnly, referenceOnly }: Tally): Agreement {
  return {
    precision: ratio({ hits: both, of: both + planOnly }),
    recall: ratio({ hits: both, of: both + referenceOnly }),
    f1: ratio({ hits: 2 * both, of: 2 * both + planOnly + referenceOnly }),
  };
}

function ratio({ hits, of }: Share): number | null {
  return of === 0 ? null : hits / of;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10_000) / 10_000;
}
