import type { Experiment } from './experiment';
import { repeatedTurns } from './experiments/repeated-turns';

/** All experiments, in the order in which they run. */
export const experiments: readonly Experiment[] = [
  {
    number: 1,
    name: 'each turn sent one to four times, in any order, to two nodes',
    full: (conditions) => repeatedTurns(conditions, { sessions: 500, turnsOfSession: 100 }),
    short: (conditions) => repeatedTurns(conditions, { sessions: 20, turnsOfSession: 25 }),
  },
];
