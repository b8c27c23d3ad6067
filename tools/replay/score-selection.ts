import type { ScoreGroup } from './scores';
import { isSeenChart } from './seen-charts';

/** Which turns and scenarios a score counts. */
export interface Selection {
  /** Whether turns count whose recorded reply contains free text. */
  readonly includesFreeText: boolean;
  /** Whether the acts and decisions of a scenario count. The id is that of the data. */
  readonly includesScenario: (chartId: string) => boolean;
}

/** What each group of a score counts. */
export const selections: Readonly<Record<ScoreGroup, Selection>> = {
  all: { includesFreeText: true, includesScenario: () => true },
  withoutFreeText: { includesFreeText: false, includesScenario: () => true },
  seen: { includesFreeText: true, includesScenario: isSeenChart },
  unseen: { includesFreeText: true, includesScenario: (chartId) => !isSeenChart(chartId) },
};
