import type { FieldValues } from './json';
import type { ScenarioInstance } from './session';

/** The last decision of the legacy service: ScenarioAction of the contract, with EXIT converted to CANCEL. */
export type ScenarioAction = 'NONE' | 'START' | 'CONTINUE' | 'PAUSE' | 'COMPLETE' | 'CANCEL' | 'RELOCALIZE';

/** A session in the legacy format, which tracks a single scenario (section 8). */
export interface LegacySession {
  /** "" if the record does not contain it. */
  readonly agentId: string;
  /** "" if no scenario was active. */
  readonly activeScenarioId: string;
  /** 0 if the record does not contain it; the latest version then applies. */
  readonly activeScenarioVersion: number;
  /** "" if the record does not contain it; the entry step then applies. */
  readonly currentStepId: string;
  /** Number of decisions per step, including decisions that stayed at the step. */
  readonly visitedSteps: ReadonlyMap<string, number>;
  readonly variables: FieldValues;
  readonly lastAction?: ScenarioAction | undefined;
  /** Number of messages. */
  readonly turnCount: number;
  /** Milliseconds since 1970; undefined if the record does not contain it. */
  readonly lastActiveAt?: number | undefined;
}

/** Maps the last decision of the legacy service to the status of the instance; undefined if the scenario has ended. */
const runningStatuses: Readonly<Record<ScenarioAction, ScenarioInstance['status'] | undefined>> = {
  NONE: 'ACTIVE',
  START: 'ACTIVE',
  CONTINUE: 'ACTIVE',
  PAUSE: 'PAUSED',
  COMPLETE: undefined,
  CANCEL: undefined,
  RELOCALIZE: 'ACTIVE',
};

/** Returns the status of the scenario; undefined if none has started or it has ended. The import then creates no instance. */
export function getRunningStatus({
  activeScenarioId,
  lastAction = 'NONE',
}: LegacySession): ScenarioInstance['status'] | undefined {
  return activeScenarioId === '' ? undefined : runningStatuses[lastAction];
}

export function hasRunningScenario(record: LegacySession): boolean {
  return getRunningStatus(record) !== undefined;
}
