import type { ScoredAct } from './reference';

/** How often something was right, of how many. */
export interface Share {
  readonly hits: number;
  readonly of: number;
}

/** Sets compared: in both, in the plan only, in the reference only. */
export interface Tally {
  readonly both: number;
  readonly planOnly: number;
  readonly referenceOnly: number;
}

/** A turn on which plan and reference differ, for people who want to know why. */
export interface Disagreement {
  readonly dialogueId: string;
  readonly turn: number;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/** The counts of a dialogue, or of several; figures are made of their sums. The README of this folder defines each. */
export interface DialogueScore {
  readonly turns: number;
  readonly active: Share;
  readonly acts: Readonly<Record<ScoredAct, Tally>>;
  readonly asksOfKnown: number;
  readonly unconfirmedActions: number;
  readonly pauseReturn: Share;
  readonly resume: Share;
  readonly completeInWindow: Share;
  readonly finalState: Share;
  readonly disagreements: readonly Disagreement[];
}

const NO_SHARE: Share = { hits: 0, of: 0 };
const NO_TALLY: Tally = { both: 0, planOnly: 0, referenceOnly: 0 };

/** The score of nothing at all. */
export const EMPTY_SCORE: DialogueScore = {
  turns: 0,
  active: NO_SHARE,
  acts: { ASK: NO_TALLY, CONFIRM: NO_TALLY, ACTION: NO_TALLY, INFORM: NO_TALLY },
  asksOfKnown: 0,
  unconfirmedActions: 0,
  pauseReturn: NO_SHARE,
  resume: NO_SHARE,
  completeInWindow: NO_SHARE,
  finalState: NO_SHARE,
  disagreements: [],
};

/** The score of both together. */
export function addScores(a: DialogueScore, b: DialogueScore): DialogueScore {
  return {
    turns: a.turns + b.turns,
    active: addShares(a.active, b.active),
    acts: {
      ASK: addTallies(a.acts.ASK, b.acts.ASK),
      CONFIRM: addTallies(a.acts.CONFIRM, b.acts.CONFIRM),
      ACTION: addTallies(a.acts.ACTION, b.acts.ACTION),
      INFORM: addTallies(a.acts.INFORM, b.acts.INFORM),
    },
    asksOfKnown: a.asksOfKnown + b.asksOfKnown,
    unconfirmedActions: a.unconfirmedActions + b.unconfirmedActions,
    pauseReturn: addShares(a.pauseReturn, b.pauseReturn),
    resume: addShares(a.resume, b.resume),
    completeInWindow: addShares(a.completeInWindow, b.completeInWindow),
    finalState: addShares(a.finalState, b.finalState),
    disagreements: [...a.disagreements, ...b.disagreements],
  };
}

/** How many of the given answers are yes. */
export function shareOf(answers: readonly boolean[]): Share {
  return { hits: answers.filter(Boolean).length, of: answers.length };
}

function addShares(a: Share, b: Share): Share {
  return { hits: a.hits + b.hits, of: a.of + b.of };
}

function addTallies(a: Tally, b: Tally): Tally {
  return {
    both: a.both + b.both,
    planOnly: a.planOnly + b.planOnly,
    referenceOnly: a.referenceOnly + b.referenceOnly,
  };
}
