import type { FieldValues } from './json';

/** What the older filter decided last; the contract's ScenarioAction, its EXIT read as CANCEL. */
export type ScenarioAction = 'NONE' | 'START' | 'CONTINUE' | 'PAUSE' | 'COMPLETE' | 'CANCEL' | 'RELOCALIZE';

/** A session of the older format, which tracks one scenario (section 8). */
export interface LegacySession {
  /** The agent that it belongs to; "" where the record does not tell. */
  readonly agentId: string;
  /** "" where none was active. */
  readonly activeScenarioId: string;
  /** 0 where the record does not tell: the newest. */
  readonly activeScenarioVersion: number;
  /** "" where the record does not tell: the entry step. */
  readonly currentStepId: string;
  /** How many decisions of the older service touched each step, those that stayed included. */
  readonly visitedSteps: ReadonlyMap<string, number>;
  readonly variables: FieldValues;
  readonly lastAction?: ScenarioAction | undefined;
  /** Messages so far. */
  readonly turnCount: number;
  /** Milliseconds since 1970; undefined where the record does not tell. */
  readonly lastActiveAt?: number | undefined;
}

/** Whether a scenario had started and not ended, so that there is an instance to take over. */
export function hasRunningScenario({ activeScenarioId, lastAction }: LegacySession): boolean {
  return activeScenarioId !== '' && lastAction !== 'COMPLETE' && lastAction !== 'CANCEL';
}
