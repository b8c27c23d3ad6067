import type { ScenarioInstance } from '../model/session';
import type { IrreversibleStep } from '../model/visit';

/** Returns the checkpoint that was passed last; undefined if none was (3.7). */
export function getLastCheckpoint({ irreversibleDone }: ScenarioInstance): IrreversibleStep | undefined {
  return irreversibleDone.findLast(({ passed }) => passed);
}
