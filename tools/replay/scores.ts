import type { ScoredAct } from './reference';

/** The number of cases that are right, and the number of all cases. */
export interface Share {
  readonly hits: number;
  readonly total: number;
}

/** The number of acts that plan and reference have in common, and that only one of them has. */
export interface Tally {
  readonly matched: number;
  readonly planOnly: number;
  readonly referenceOnly: number;
}

/** A turn in which plan and reference differ. */
export interface Disagreement {
  readonly dialogueId: string;
  readonly turn: number;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

/** The counts of one or more dialogues. docs/replay.md defines the figures that are computed from their sums. */
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

/**
 * The groups of a score: everything, without the turns whose recorded reply contains free text, and only the charts that were known, or not
 * known, when the mapping was first written. The safety counts and `turns` are the same in each.
 */
export type ScoreGroup = 'all' | 'withoutFreeText' | 'seen' | 'unseen';
export type GroupScores = Readonly<Record<ScoreGroup, DialogueScore>>;

const emptyShare: Share = { hits: 0, total: 0 };
const emptyTally: Tally = { matched: 0, planOnly: 0, referenceOnly: 0 };

export const emptyScore: DialogueScore = {
  turns: 0,
  activeTurns: emptyShare,
  acts: { ASK: emptyTally, CONFIRM: emptyTally, ACTION: emptyTally, INFORM: emptyTally },
  asksForKnownFields: 0,
  unconfirmedActions: 0,
  pausesWithReturn: emptyShare,
  resumes: emptyShare,
  completionsInWindow: emptyShare,
  finalStates: emptyShare,
  disagreements: [],
};

export const emptyScores: GroupScores = {
  all: emptyScore,
  withoutFreeText: emptyScore,
  seen: emptyScore,
  unseen: emptyScore,
};

/** Adds the scores of two dialogues by group. */
export function addGroupScores(a: GroupScores, b: GroupScores): GroupScores {
  return {
    all: addScores(a.all, b.all),
    withoutFreeText: addScores(a.withoutFreeText, b.withoutFreeText),
    seen: addScores(a.seen, b.seen),
    unseen: addScores(a.unseen, b.unseen),
  };
}

function addScores(a: DialogueScore, b: DialogueScore): DialogueScore {
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

export function toShare(results: readonly boolean[]): Share {
  return { hits: results.filter(Boolean).length, total: results.length };
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
