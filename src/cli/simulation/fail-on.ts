import type { SimulateTurnsResponse } from '../../../gen/focal/orchestration/v1/scenario_service';
import { type DifferenceGroup, DifferenceKind } from '../../../gen/focal/orchestration/v1/simulation';

/** The kinds of `--fail-on`, from the most to the least important one. */
export const kindNames = {
  skip: DifferenceKind.DIFFERENCE_KIND_SKIPPED_CHECK,
  confirm: DifferenceKind.DIFFERENCE_KIND_CONFIRM,
  hint: DifferenceKind.DIFFERENCE_KIND_HINT,
  start: DifferenceKind.DIFFERENCE_KIND_START,
  lifecycle: DifferenceKind.DIFFERENCE_KIND_LIFECYCLE,
  step: DifferenceKind.DIFFERENCE_KIND_STEP,
  ask: DifferenceKind.DIFFERENCE_KIND_ASK,
  wording: DifferenceKind.DIFFERENCE_KIND_WORDING,
} as const;

export type KindName = keyof typeof kindNames;

/** Returns the names of all kinds. */
export function listKindNames(): readonly KindName[] {
  return Object.keys(kindNames).filter(isKindName);
}

export function isKindName(name: string): name is KindName {
  return Object.hasOwn(kindNames, name);
}

export function getKindName(kind: DifferenceKind): string {
  return listKindNames().find((name) => kindNames[name] === kind) ?? 'unknown';
}

/** What fails the command. */
export interface FailOn {
  readonly kinds: ReadonlySet<KindName>;
  /** A session of which not all turns were simulated. */
  readonly isIncomplete: boolean;
}

/** Whether a group fails the command. A skipped check fails it also if it is counterfactual, because no answer makes it right. */
export function isFailure({ kind, turnCount, counterfactualCount }: DifferenceGroup, { kinds }: FailOn): boolean {
  const name = listKindNames().find((each) => kindNames[each] === kind);
  if (name === undefined || !kinds.has(name)) return false;
  return turnCount > 0 || (name === 'skip' && counterfactualCount > 0);
}

/** Whether a simulation fails the command. Without a simulated turn it always does, because it shows nothing. */
export function hasFailed({ turnCount, groups, incompleteSessions }: SimulateTurnsResponse, failOn: FailOn): boolean {
  if (turnCount === 0 || (failOn.isIncomplete && incompleteSessions.length > 0)) return true;
  return groups.some((group) => isFailure(group, failOn));
}
