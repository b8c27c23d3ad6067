import type { ScoredAct } from './reference';

/** How often something was right, of how many. */
export interface Share {
  readonly hits: number;
  readonly total: number;
}

/** Sets compared: in both, in the plan only, in the reference only. */
export interface Tally {
  readonly matched: number;
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
  readonly activeTurns: Share;
  readonly acts: Readonly<Record<ScoredAct, Tally>>;
  readonly asksForKnownFields: number;
  readonly unconfirmedActions: number;
  readonly pausesWithReturn: Share;
  readonly resumes: Share;
  readonly completionsInWindow: Share;
  readonly finalStates: Share;
  readonly disagreements: readonly Disagreement[];
}

const NO_SHARE: Share = { hits: 0, total: 0 };
const NO_TALLY: Tally = { matched: 0, planOnly: 0, referenceOnly: 0 };

/** The score of nothing at all. */
export const emptyScore: DialogueScore = {
  turns: 0,
  activeTurns: NO_SHARE,
  acts: { ASK: NO_TALLY, CONFIRM: NO_TALLY, ACTION: NO_TALLY, INFORM: NO_TALLY },
  asksForKnownFields: 0,
  unconfirmedActions: 0,
  pausesWithReturn: NO_SHARE,
  resumes: NO_SHARE,
  completionsInWindow: NO_SHARE,
  finalStates: NO_SHARE,
  disagreements: [],
};

/** The score of both together. */
export function addScores(a: DialogueScore, b: DialogueScore): DialogueScore {
  return {
    turns: a.turns + b.turns,
    activeTurns: addShares(a.activeTurns, b.activeTurns),
    acts: {
      ASK: addTallies(a.acts.ASK, b.acts.ASK),
      CONFIRM: addTallies(a.acts.CONFIRM, b.acts.CONFIRM),
      ACTION: addTallies(a.acts.ACTION, b.acts.ACTION),
      INFORM: addTallies(a.acts.INFORM, b.acts.INFORM),
    },
    asksForKnownFields: a.asksForKnownFields + b.asksForKnownFields,
    unconfirmedActions: a.unconfirmedActions + b.unconfirmedActions,
    pausesWithReturn: addShares(a.pausesWithReturn, b.pausesWithReturn),
    resumes: addShares(a.resumes, b.resumes),
    completionsInWindow: addShares(a.completionsInWindow, b.completionsInWindow),
    finalStates: addShares(a.finalStates, b.finalStates),
    disagreements: [...a.disagreements, ...b.disagreements],
  };
}

/** How many of the given answers are yes. */
export function toShare(answers: readonly boolean[]): Share {
  return { hits: answers.filter(Boolean).length, total: answers.length };
}

function addShares(a: Share, b: Share): Share {
  return { hits: a.hits + b.hits, total: a.total + b.total };
}

function addTallies(a: Tally, b: Tally): Tally {
  return {
    matched: a.matched + b.matched,
    planOnly: a.planOnly + b.planOnly,
    referenceOnly: a.referenceOnly + b.referenceOnly,
  };
}
